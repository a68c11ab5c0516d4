{{/* A container beside the picker, such as a tokenizer service; nothing when there is none. Context: root. */}}
{{- define "sidecar" -}}
{{- $sidecar := .Values.inferenceExtension.sidecar -}}
{{- if $sidecar.enabled -}}
- name: {{ $sidecar.name }}
  image: {{ $sidecar.image }}
  imagePullPolicy: {{ $sidecar.imagePullPolicy | default "IfNotPresent" }}
  {{- with $sidecar.command }}
  command: [{{ . | quote }}]
  {{- end }}
  {{- with $sidecar.args }}
  args:
    {{- ternary (tpl (toYaml .) $) (toYaml .) (has "args" $.Values.imitates.sidecarTemplated) | nindent 4 }}
  {{- end }}
  {{- range $key := list "env" "ports" "livenessProbe" "readinessProbe" "resources" "volumeMounts" }}
  {{- with get $sidecar $key }}
  {{- toYaml (dict $key .) | nindent 2 }}
  {{- end }}
  {{- end }}
{{- end -}}
{{- end -}}
