{{/* The accelerator type of a role: its own, else the one of all. */}}
{{- define "accelerator.type" -}}
{{- dig "accelerator" "type" "" .spec | default .root.Values.accelerator.type -}}
{{- end -}}

{{/* The resource name a container asks for; empty when it needs no accelerator. Unknown types are refused by name. */}}
{{- define "accelerator.resource" -}}
{{- $type := include "accelerator.type" . -}}
{{- $facts := .root.Values.imitates -}}
{{- $known := mergeOverwrite (deepCopy $facts.accelerators) (.root.Values.accelerator.resources | default dict) -}}
{{- if not (hasKey $facts.accelerators $type) -}}
{{-   fail (printf "accelerator.type %q is not known to %s %s. Known types are %s." $type .root.Chart.Name $facts.version (keys $facts.accelerators | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $simulated := false -}}
{{- range $facts.acceleratorFreeImages -}}
{{-   $simulated = or $simulated (contains . $.container.image) -}}
{{- end -}}
{{- if not $simulated -}}{{ get $known $type }}{{- end -}}
{{- end -}}

{{/* Environment variables that go with the accelerator type: the user's list replaces the version's. */}}
{{- define "accelerator.env" -}}
{{- $type := include "accelerator.type" . -}}
{{- $env := mergeOverwrite (deepCopy .root.Values.imitates.acceleratorEnv) (.root.Values.accelerator.env | default dict) -}}
{{- range get $env $type | default list }}
- name: {{ .name }}
  value: {{ .value | quote }}
{{- end -}}
{{- end -}}

{{/*
resources of a container. The accelerator count follows from parallelism; whether a count that the user wrote
is kept or overwritten depends on the version (imitates.userGpuLimitWins).
*/}}
{{- define "container.resources" -}}
{{- $resource := include "accelerator.resource" . -}}
{{- $gpus := (include "parallelism" . | fromYaml).gpus -}}
{{- $wins := .root.Values.imitates.userGpuLimitWins -}}
{{- range $kind := list "limits" "requests" }}
{{- $amounts := deepCopy (dig "resources" $kind dict $.container | default dict) -}}
{{- if and $resource (not (and $wins (hasKey $amounts $resource))) -}}
{{-   $_ := set $amounts $resource (int $gpus | toString) -}}
{{- end }}
{{ $kind }}:
  {{- toYaml $amounts | nindent 2 }}
{{- end -}}
{{- end -}}

{{/*
A note on the Deployment when the user's accelerator count, which wins, is not what parallelism needs. It looks at the
accelerator of all: a role with one of its own gets no note, as upstream.
*/}}
{{- define "accelerator.warning" -}}
{{- if .root.Values.imitates.userGpuLimitWins -}}
{{- $resource := include "accelerator.resource" (set (omit . "spec") "spec" (omit .spec "accelerator")) -}}
{{- $needed := int (include "parallelism" . | fromYaml).gpus -}}
{{- $limits := dig "resources" "limits" dict .container | default dict -}}
{{- if and $resource (hasKey $limits $resource) (ne (int (get $limits $resource)) $needed) -}}
{{- $given := int (get $limits $resource) -}}
{{- printf "Accelerator mismatch: %s is set to %d but parallelism calculates %d. Using %d." $resource $given $needed $given -}}
{{- end -}}
{{- end -}}
{{- end -}}
