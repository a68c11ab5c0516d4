{{/* One match of HTTPRoute from {pathPrefix, rewrite, headers: {name: value}}. */}}
{{- define "match" -}}
path:
  type: PathPrefix
  value: {{ .pathPrefix | default "/" }}
{{- with .headers }}
headers:
  {{- range $name, $value := . }}
  - {type: Exact, name: {{ $name | quote }}, value: {{ $value | quote }}}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Matches -> JSON list of sets of them: all that leave the path as it is, then each that takes its prefix off. */}}
{{- define "match.sets" -}}
{{- $plain := list -}}
{{- $rewritten := list -}}
{{- range . -}}
{{-   if .rewrite -}}{{- $rewritten = append $rewritten (list .) -}}{{- else -}}{{- $plain = append $plain (omit . "rewrite") -}}{{- end -}}
{{- end -}}
{{- concat (ternary (list $plain) list (gt (len $plain) 0)) $rewritten | toJson -}}
{{- end -}}
