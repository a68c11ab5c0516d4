{{/*
spec or data of each kind of parameters that a Gateway may point at. Context: {root, service}: service is the
effective type of the gateway's Service.
*/}}

{{- define "parameters.service" -}}
{{- $service := pick (.root.Values.gateway.service | default dict) "ports" "loadBalancerClass" -}}
{{- toYaml (set $service "type" .service) -}}
{{- end -}}

{{- define "parameters.ConfigMap" -}}
{{- $parameters := .root.Values.gateway.gatewayParameters -}}
{{- $level := $parameters.logLevel -}}
data:
  deployment: |
    spec:
      template:
        spec:
          containers:
            - name: istio-proxy
              args:
                - proxy
                - router
                - --domain
                - $(POD_NAMESPACE).svc.cluster.local
                - --proxyLogLevel
                - {{ $level }}
                - --proxyComponentLogLevel
                - misc:{{ $level }}
                - --log_output_level
                - default:{{ $level }}
              {{- with $parameters.resources }}
              resources:
                {{- toYaml . | nindent 16 }}
              {{- end }}
  service: |
    spec:
      {{- include "parameters.service" . | nindent 6 }}
{{- end -}}

{{- define "parameters.AgentgatewayParameters" -}}
{{- $parameters := .root.Values.gateway.gatewayParameters -}}
spec:
  logging:
    level: {{ $parameters.logLevel }}
  {{- with $parameters.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- range $key := list "env" "rawConfig" "shutdown" "istio" }}
  {{- with get ($parameters.agentgateway | default dict) $key }}
  {{- toYaml (dict $key .) | nindent 2 }}
  {{- end }}
  {{- end }}
  service:
    metadata:
      labels:
        gateway: custom
    spec:
      {{- include "parameters.service" . | nindent 6 }}
{{- end -}}

{{- define "parameters.GatewayParameters" -}}
{{- $parameters := .root.Values.gateway.gatewayParameters -}}
{{- $level := $parameters.logLevel -}}
{{- $locked := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "seccompProfile" (dict "type" "RuntimeDefault") -}}
spec:
  kube:
    floatingUserId: {{ dig "floatingUserId" true $parameters }}
    envoyContainer:
      securityContext:
        {{- toYaml (merge (dict "runAsNonRoot" true) $locked) | nindent 8 }}
      bootstrap:
        logLevel: warn
        componentLogLevels: {upstream: {{ $level }}, http: {{ $level }}, connection: {{ $level }}}
      {{- with $parameters.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    sdsContainer:
      securityContext:
        {{- toYaml $locked | nindent 8 }}
    podTemplate:
      extraLabels: {gateway: custom}
    service:
      {{- omit (include "parameters.service" . | fromYaml) "loadBalancerClass" | toYaml | nindent 6 }}
      extraLabels: {gateway: custom}
{{- end -}}
