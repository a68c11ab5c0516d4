{{/* The picker's command line. Only what its pool, its configuration and the user ask for: never a metric's name. */}}
{{- define "picker.args" -}}
{{- $extension := .Values.inferenceExtension -}}
- --pool-name
- {{ .Release.Name }}
- --pool-namespace
- {{ .Release.Namespace }}
- --pool-group
- {{ include "pool.group" . }}
- --zap-encoder
- json
- --config-file
- /config/{{ $extension.pluginsConfigFile }}
{{- if gt (int $extension.replicas) 1 }}
- --ha-enable-leader-election
{{- end }}
{{- range $flag, $value := $extension.flags }}
- --{{ $flag }}
- {{ $value | toString | quote }}
{{- end }}
{{- if .Values.imitates.tracingFlag }}
- --tracing=false
{{- end }}
{{- if not (include "picker.metrics-auth" .) }}
- --metrics-endpoint-auth=false
{{- end }}
{{- end -}}

{{/* Not empty when the picker asks who reads its metrics. Which setting decides depends on the version. */}}
{{- define "picker.metrics-auth" -}}
{{- $here := .Values.inferenceExtension -}}
{{- range splitList "." .Values.imitates.metricsAuthFollows -}}{{- $here = get $here . -}}{{- end -}}
{{- if $here -}}true{{- end -}}
{{- end -}}

{{/* gRPC health; with several replicas the leader alone is ready, so each probe asks for its own service. */}}
{{- define "picker.probe" -}}
grpc:
  port: {{ .root.Values.imitates.ports.health }}
  service: {{ ternary .service "inference-extension" (gt (int .root.Values.inferenceExtension.replicas) 1) }}
{{- end -}}
