{{/* One match of HTTPRoute from {pathPrefix, headers: {name: value}}. */}}
{{- define "match" -}}
path:
  type: PathPrefix
  value: {{ .pathPrefix | default "/" }}
{{- with .headers }}
headers:
  {{- range $name, $value := . }}
  - {type: Exact, name: {{ $name }}, value: {{ $value | quote }}}
  {{- end }}
{{- end }}
{{- end -}}
