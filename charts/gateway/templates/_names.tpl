{{/* Names and labels. Every part of the chart that depends on upstream's version reads .Values.imitates. */}}

{{- define "fullname" -}}
{{- $name := printf "%s-%s" .Release.Name (.Values.gateway.nameOverride | default "inference-gateway") -}}
{{- .Values.gateway.fullnameOverride | default $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "labels" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Values.imitates.version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Values.imitates.appVersion | quote }}
app.kubernetes.io/gateway: {{ include "fullname" . }}
app.kubernetes.io/component: inference-gateway
{{- with .Values.commonLabels }}
{{ tpl (toYaml .) $ }}
{{- end }}
{{- end -}}

{{- define "metadata" -}}
name: {{ include "fullname" . }}
labels:
  {{- include "labels" . | nindent 2 }}
{{- with merge (dict) .Values.gateway.annotations .Values.commonAnnotations }}
annotations:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- end -}}
