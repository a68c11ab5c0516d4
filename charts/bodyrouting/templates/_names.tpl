{{/* One name for everything this chart makes: the release's. */}}
{{- define "name" -}}{{ .Release.Name }}{{- end -}}

{{- define "metadata" -}}
name: {{ include "name" . }}
namespace: {{ .Release.Namespace }}
labels:
  app.kubernetes.io/name: body-based-router
  app.kubernetes.io/instance: {{ .Release.Name }}
  app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* What selects the router's pods. */}}
{{- define "selector" -}}
app.kubernetes.io/name: body-based-router
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "host" -}}{{ include "name" . }}.{{ .Release.Namespace }}.svc.cluster.local{{- end -}}

{{/* The router's own ports. */}}
{{- define "ports" -}}{extProc: 9004, health: 9005}{{- end -}}
