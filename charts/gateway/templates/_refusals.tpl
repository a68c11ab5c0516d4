{{/* Keys that the imitated version does not have, in Helm's own words for them, and what this chart does not render. */}}
{{- define "refusals" -}}
{{- $facts := .Values.imitates -}}
{{- $gateway := .Values.gateway -}}
{{- include "refusals.level" (dict "at" "/gateway" "here" $gateway "keys" $facts.gatewayKeys) -}}
{{- include "refusals.level" (dict "at" "/gateway/gatewayParameters" "here" $gateway.gatewayParameters "keys" $facts.gatewayParameterKeys) -}}
{{- include "refusals.level" (dict "at" "/gateway/service" "here" $gateway.service "keys" $facts.serviceKeys) -}}
{{- if and $facts.serviceTypes (hasKey ($gateway.service | default dict) "type") (not (has $gateway.service.type $facts.serviceTypes)) -}}
{{-   fail (printf "at '/gateway/service/type': value must be one of '%s'" (join "', '" $facts.serviceTypes)) -}}
{{- end -}}
{{- $values := omit .Values "imitates" -}}
{{- $ways := dict "ingress" (dig "ingress" "enabled" false $values) "gateway.tls.referenceGrant" (dig "tls" "referenceGrant" "enabled" false $gateway) -}}
{{- range $way, $asked := $ways -}}
{{-   if $asked -}}{{- fail (printf "the offline chart does not render %s: use --charts upstream" $way) -}}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "refusals.level" -}}
{{- range $key := keys .here | sortAlpha -}}
{{-   if not (has $key $.keys) -}}{{- fail (printf "at '%s': additional properties '%s' not allowed" $.at $key) -}}{{- end -}}
{{- end -}}
{{- end -}}
