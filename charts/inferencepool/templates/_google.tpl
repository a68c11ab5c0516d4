{{/* Context: {root, name}. */}}
{{- define "google.metadata" }}
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "labels" .root | nindent 4 }}
{{- end -}}

{{/*
Managed Prometheus reads the picker's metrics with the token of an account of its own. Its collector, which lives in a
namespace of Google's, may read that one Secret. Context: root.
*/}}
{{- define "google.monitoring" -}}
{{- $reader := printf "%s-metrics-reader" .Release.Name -}}
{{- $account := printf "%s-sa" $reader -}}
{{- $secret := printf "%s-secret" $reader -}}
{{- $cluster := printf "%s-%s" .Release.Namespace $reader -}}
{{- $collector := ternary "gke-gmp-system" "gmp-system" (dig "gke" "autopilot" false .Values.provider) }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $account }}
  namespace: {{ .Release.Namespace }}
---
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
{{- include "google.metadata" (dict "root" . "name" $secret) }}
  annotations:
    kubernetes.io/service-account.name: {{ $account }}
---
apiVersion: monitoring.googleapis.com/v1
kind: PodMonitoring
{{- include "google.metadata" (dict "root" . "name" .Release.Name) }}
spec:
  selector:
    matchLabels:
      {{- include "selector" . | nindent 6 }}
  endpoints:
    - port: metrics
      scheme: http
      path: /metrics
      interval: {{ .Values.inferenceExtension.monitoring.interval }}
      authorization:
        type: Bearer
        credentials:
          secret: {name: {{ $secret }}, key: token}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ $cluster }}
rules:
  - {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ $cluster }}-role-binding
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: {{ $cluster }}}
subjects:
  - {kind: ServiceAccount, name: {{ $account }}, namespace: {{ .Release.Namespace }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ $secret }}-read
  namespace: {{ .Release.Namespace }}
rules:
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [{{ $secret }}]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ printf "%s:collector:%s-%s-read" $collector .Release.Namespace $secret }}
  namespace: {{ .Release.Namespace }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ $secret }}-read}
subjects:
  - {kind: ServiceAccount, name: collector, namespace: {{ $collector }}}
{{- end -}}
