{{/* The Deployment of a role. Context: {root, role, spec, proxied}. */}}
{{- define "role.deployment" -}}
{{- $spec := .spec -}}
{{- $first := dict "container" (first $spec.containers) -}}
{{- $annotations := deepCopy ($spec.annotations | default dict) -}}
{{- with include "accelerator.warning" (merge $first .) -}}
{{-   $_ := set $annotations "llm-d.ai/accelerator-warning" . -}}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "fullname" .root }}-{{ .role }}
  labels:
    {{- include "labels" .root | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  replicas: {{ $spec.replicas }}
  {{- with $spec.strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "role.labels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "role.labels" . | nindent 8 }}
      {{- with $spec.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "role.pod" . | nindent 6 }}
{{- end -}}

{{- define "role.pod" -}}
{{- $spec := .spec -}}
{{- with $spec.extraConfig }}
{{- tpl (toYaml .) $.root }}
{{- end }}
serviceAccountName: {{ include "service-account" .root }}
{{- range $key := list "nodeSelector" "tolerations" "imagePullSecrets" }}
{{- with get $spec $key }}
{{- toYaml (dict $key .) | nindent 0 }}
{{- end }}
{{- end }}
{{- with $spec.podSecurityContext }}
securityContext: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $spec.schedulerName | default .root.Values.schedulerName }}
schedulerName: {{ . }}
{{- end }}
{{- if not (has ($spec.priorityClassName | default "none" | lower) (list "none" "")) }}
priorityClassName: {{ $spec.priorityClassName }}
{{- end }}
{{- range $key := list "enableServiceLinks" "terminationGracePeriodSeconds" }}
{{- if hasKey $spec $key }}
{{ $key }}: {{ get $spec $key }}
{{- end }}
{{- end }}
{{- include "role.affinity" $spec }}
{{- $proxied := and .proxied .root.Values.routing.proxy.enabled }}
{{- if or $proxied $spec.initContainers }}
initContainers:
{{- if $proxied }}
{{- include "routing-proxy" .root | nindent 2 }}
{{- end }}
{{- with $spec.initContainers }}
{{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
containers:
{{- range $spec.containers }}
{{- include "container" (merge (dict "container" .) $) | nindent 2 }}
{{- end }}
volumes:
{{- with $spec.volumes }}
{{- toYaml . | nindent 2 }}
{{- end }}
{{- $mounted := not (get .root.Values.imitates "feature.modelVolumeOnlyIfMounted") }}
{{- range $spec.containers }}{{ if .mountModelVolume }}{{ $mounted = true }}{{ end }}{{ end }}
{{- if $mounted }}
{{- include "artifact.volume" .root | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Only nodes whose label says they have one of the wanted accelerators. */}}
{{- define "role.affinity" -}}
{{- with .acceleratorTypes }}
{{- if .labelKey }}
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - key: {{ .labelKey }}
              operator: In
              values: {{- toYaml .labelValues | nindent 16 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "role.podmonitor" -}}
{{- $monitor := .spec.monitoring.podmonitor -}}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: {{ include "fullname" .root }}-{{ .role }}-podmonitor
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .role }}
    {{- with $monitor.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $monitor.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "role.labels" . | nindent 6 }}
  podMetricsEndpoints:
    - port: {{ $monitor.portName | default "metrics" | quote }}
      path: {{ $monitor.path | default "/metrics" }}
      interval: {{ $monitor.interval | default "30s" }}
      {{- range $key := list "relabelings" "metricRelabelings" }}
      {{- with get $monitor $key }}
      {{- toYaml (dict $key .) | nindent 6 }}
      {{- end }}
      {{- end }}
{{- end -}}
