{{/* Names and labels. Every part of the chart that depends on upstream's version reads .Values.imitates. */}}

{{/* 55 characters leave room for "-prefill" in a name of at most 63. */}}
{{- define "fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 55 | trimSuffix "-" -}}
{{- end -}}

{{- define "service-account" -}}
{{- .Values.serviceAccountOverride | default (include "fullname" .) -}}
{{- end -}}

{{- define "labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Values.imitates.version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Values.imitates.appVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* Labels of a role's pods, and the selector that finds them: the version's defaults under the user's, as Helm merges. */}}
{{- define "role.labels" -}}
{{- $labels := mergeOverwrite (deepCopy .root.Values.imitates.defaultLabels) .root.Values.modelArtifacts.labels -}}
{{- toYaml (set $labels .root.Values.imitates.roleLabel .role) -}}
{{- end -}}
