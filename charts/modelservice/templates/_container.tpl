{{/* A container of a role. Context: {root, role, spec, container, proxied}. */}}
{{- define "container" -}}
{{- $c := .container -}}
- name: {{ $c.name | default "vllm" }}
  image: {{ required "image of container is required" $c.image }}
  {{- with $c.extraConfig }}
  {{- tpl (toYaml .) $.root | nindent 2 }}
  {{- end }}
  {{- range $key := list "securityContext" "imagePullPolicy" "livenessProbe" "readinessProbe" "startupProbe" "workingDir" "stdin" "tty" }}
  {{- with get $c $key }}
  {{- toYaml (dict $key .) | nindent 2 }}
  {{- end }}
  {{- end }}
  {{- include "container.command" . | nindent 2 }}
  env:
  {{- include "container.env" . | nindent 2 }}
  {{- with $c.ports }}
  ports:
  {{- tpl (toYaml .) $.root | nindent 2 }}
  {{- end }}
  resources:
  {{- include "container.resources" . | nindent 4 }}
  {{- if or $c.volumeMounts $c.mountModelVolume }}
  volumeMounts:
  {{- with $c.volumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if $c.mountModelVolume }}
  {{- include "artifact.mount" .root | nindent 2 }}
  {{- end }}
  {{- end }}
{{- end -}}

{{- define "container.env" -}}
{{- with .container.env }}
{{- tpl (toYaml .) $.root }}
{{- end }}
{{- $parallel := include "parallelism" . | fromYaml }}
- name: DP_SIZE
  value: {{ int $parallel.data | quote }}
- name: TP_SIZE
  value: {{ int $parallel.tensor | quote }}
- name: DP_SIZE_LOCAL
  value: {{ int $parallel.dataLocal | quote }}
{{- include "artifact.env" . }}
{{- include "accelerator.env" . }}
{{- end -}}

{{/* The routing proxy: a native sidecar that takes the service's port and forwards to the engine's. Context: root. */}}
{{- define "routing-proxy" -}}
{{- $proxy := .Values.routing.proxy -}}
{{- $proxyFlags := .Values.imitates.proxy -}}
- name: routing-proxy
  image: {{ required "routing.proxy.image must be specified" $proxy.image }}
  imagePullPolicy: {{ $proxy.imagePullPolicy | default "Always" }}
  args:
    - {{ $proxyFlags.portFlag }}={{ .Values.routing.servicePort }}
    - {{ $proxyFlags.enginePortFlag }}={{ $proxy.targetPort }}
    - {{ $proxyFlags.connectorFlag }}={{ $proxy.connector | default .Values.imitates.defaultConnector }}
    {{- if eq $proxyFlags.logFlags "klog" }}
    - -v={{ $proxy.debugLevel | default 5 }}
    {{- else }}
    {{- range $key := list "zapDevel" "zapEncoder" "zapLogLevel" "zapStacktraceLevel" "zapTimeEncoding" }}
    {{- if hasKey $proxy $key }}
    - --{{ kebabcase $key }}={{ get $proxy $key }}
    {{- end }}
    {{- end }}
    {{- end }}
    {{- range list (list "secure" "secure-proxy") (list "prefillerUseTLS" "prefiller-use-tls") (list "certPath" "cert-path") }}
    {{- if hasKey $proxy (first .) }}
    - --{{ last . }}={{ get $proxy (first .) }}
    {{- end }}
    {{- end }}
  ports:
    - containerPort: {{ .Values.routing.servicePort }}
  resources: {}
  restartPolicy: Always
  securityContext:
    allowPrivilegeEscalation: false
    runAsNonRoot: true
{{- end -}}
