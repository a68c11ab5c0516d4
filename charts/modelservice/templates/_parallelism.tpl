{{/*
parallelism (context: the role's spec and root) -> YAML {tensor, data, dataLocal, gpus}.
What is not given follows from the rest: data = dataLocal x workers, dataLocal = data / workers; workers alone says nothing.
The version's own defaults come first, so a `data: 4` alone means 4 GPUs on one version and 1 on another.
*/}}
{{- define "parallelism" -}}
{{- $p := mergeOverwrite (deepCopy .root.Values.imitates.parallelism.defaults) (.spec.parallelism | default dict) -}}
{{- $workers := int ($p.workers | default 1) -}}
{{- $tensor := int ($p.tensor | default 1) -}}
{{- $local := int ($p.dataLocal | default 0) -}}
{{- $data := int ($p.data | default (mul ($local | default 1) (ternary $workers 1 (gt $local 0)))) -}}
{{- if not $local -}}
{{-   $local = ternary (div $data $workers) $data (gt (int ($p.data | default 0)) 0) -}}
{{-   if and $p.data (ne $data (mul $local $workers | int)) -}}
{{-     fail "parallelism.data must be a multiple of parallelism.workers" -}}
{{-   end -}}
{{- end -}}
tensor: {{ $tensor }}
data: {{ $data }}
dataLocal: {{ $local }}
gpus: {{ mul $local $tensor }}
{{- end -}}

{{/* The port the engine listens on: behind the proxy on its target port, else on the port of the service. */}}
{{- define "engine.port" -}}
{{- $routing := .root.Values.routing -}}
{{- ternary $routing.proxy.targetPort $routing.servicePort (and .proxied $routing.proxy.enabled) | int -}}
{{- end -}}
