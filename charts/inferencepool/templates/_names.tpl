{{/* Names and labels. Every part of the chart that depends on upstream's version reads .Values.imitates. */}}

{{- define "base" -}}{{ .Release.Name | lower | trim | trunc 40 }}{{- end -}}

{{/* The endpoint picker: its Deployment, Service, ConfigMap, ServiceAccount and Roles. */}}
{{- define "picker" -}}{{ include "base" . }}-epp{{- end -}}

{{- define "labels" -}}
app.kubernetes.io/name: {{ include "picker" . }}
app.kubernetes.io/version: {{ .Values.imitates.appVersion | default .Values.imitates.version | quote }}
{{- end -}}

{{/* What selects the picker's pods. */}}
{{- define "selector" -}}
inferencepool: {{ include "picker" . }}
{{- end -}}

{{/* A label of newer versions that tells a picker with a pool from one without. */}}
{{- define "mode" -}}
{{- with .Values.imitates.modeLabel }}
{{ . }}: inferencepool
{{- end }}
{{- end -}}

{{- define "pool.group" -}}{{ .Values.inferencePool.apiVersion | splitList "/" | first }}{{- end -}}

{{/* Image of the picker. imitates.imageKeys names the keys of registry, repository and tag, in this order. */}}
{{- define "picker.image" -}}
{{- $image := .Values.inferenceExtension.image -}}
{{- $keys := .Values.imitates.imageKeys -}}
{{- range keys $image | sortAlpha -}}
{{-   if not (has . $keys) -}}
{{-     fail (printf "inferenceExtension.image.%s is not read by inferencepool %s: it reads %s" . $.Values.imitates.version (join ", " $keys)) -}}
{{-   end -}}
{{- end -}}
{{- $default := .Values.imitates.defaultImage -}}
{{- $registry := get $image (index $keys 0) | default (dir $default) -}}
{{- $repository := get $image (index $keys 1) | default (base $default) -}}
{{- $registry }}/{{ $repository }}:{{ get $image (index $keys 2) | default .Values.imitates.version -}}
{{- end -}}
