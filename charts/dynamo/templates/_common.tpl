{{- /* What both versions of the API have in common: the main container, and the parts of a component. */}}

{{- define "container" -}}
{{- with .image }}image: {{ . }}
{{ end -}}
{{- with .command }}command: {{ toJson . }}
{{ end -}}
{{- with .args }}args: {{ toJson . }}
{{ end -}}
{{- with .workingDir }}workingDir: {{ . | quote }}
{{ end -}}
{{- with omit (.container | default dict) "name" }}{{ toYaml . }}
{{ end -}}
{{- end -}}

{{- define "metadata" -}}
name: {{ .Values.name | default .Release.Name }}
namespace: {{ .Release.Namespace }}
labels:
  app.kubernetes.io/instance: {{ .Release.Name }}
  app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}
