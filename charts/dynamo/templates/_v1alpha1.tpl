{{- /* A graph as v1alpha1 writes it: services by name, each with fields of Dynamo's own around the pod's. */}}
{{- define "v1alpha1" -}}
{{- with .Values.framework }}
backendFramework: {{ . }}
{{- end }}
{{- with .Values.env }}
envs: {{ toJson . }}
{{- end }}
services:
  {{- range $name, $c := .Values.components }}
  {{ $name }}:
    componentType: {{ $c.type }}
    {{- with $c.role }}
    subComponentType: {{ . }}
    {{- end }}
    replicas: {{ dig "replicas" 1 $c }}
    {{- if gt (int (dig "nodes" 1 $c)) 1 }}
    multinode: {nodeCount: {{ $c.nodes }}}
    {{- end }}
    {{- with $c.secret }}
    envFromSecret: {{ . }}
    {{- end }}
    {{- with $c.env }}
    envs: {{ toJson . }}
    {{- end }}
    {{- with include "v1alpha1.resources" $c | fromYaml }}
    resources: {{ dict "limits" . "requests" . | toJson }}
    {{- end }}
    {{- if not (kindIs "invalid" $c.sharedMemory) }}
    sharedMemory: {{ ternary (dict "disabled" true) (dict "size" (toString $c.sharedMemory)) (eq (toString $c.sharedMemory) "0") | toJson }}
    {{- end }}
    extraPodSpec:
      {{- with $c.pod }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      mainContainer:
        {{- include "container" $c | trim | nindent 8 }}
  {{- end }}
{{- end -}}

{{- /* What one pod asks for: it has names of its own for the processor, the memory and the GPUs. */}}
{{- define "v1alpha1.resources" -}}
{{- $custom := omit (.resources | default dict) "cpu" "memory" -}}
{{- with pick (.resources | default dict) "cpu" "memory" }}{{ range $what, $much := . }}
{{ $what }}: {{ $much | quote }}
{{- end }}{{ end }}
{{- with .gpus }}
gpu: {{ . | quote }}
{{- end }}
{{- with $custom }}
custom:
  {{- range $what, $much := . }}
  {{ $what }}: {{ $much | quote }}
  {{- end }}
{{- end }}
{{- end -}}
