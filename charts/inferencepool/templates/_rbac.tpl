{{/* A Role of the picker and its binding to the picker's ServiceAccount. Context: {root, name, binding, rules, labels}. */}}
{{- define "role" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "labels" .root | nindent 4 }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ .binding | default .name }}
  namespace: {{ .root.Release.Namespace }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "picker" .root }}
    namespace: {{ .root.Release.Namespace }}
{{- end -}}

{{- define "rule" -}}
{{- toYaml (dict "apiGroups" (list .group) "resources" .resources "verbs" (.verbs | default (list "get" "watch" "list"))) -}}
{{- end -}}
