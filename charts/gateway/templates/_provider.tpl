{{/*
Who reconciles the Gateway: YAML {provider, class, parameters: {group, version, kind}, label, service}.
provider is the key under which imitates keeps what that implementation needs. Versions that have gateway.provider
take it from there; older ones from the class. A class that nobody documents is refused, not rendered in silence.
*/}}
{{- define "provider" -}}
{{- include "refusals" . -}}
{{- $facts := .Values.imitates -}}
{{- $gateway := .Values.gateway -}}
{{- $asked := $gateway.gatewayClassName | default $facts.defaultClass -}}
{{- $class := get $facts.classAliases $asked | default $asked -}}
{{- $provider := $class -}}
{{- if $facts.providers -}}
{{-   $provider = include "provider.chosen" (dict "root" . "class" $class) -}}
{{-   $class = $class | default (get $facts.classAliases $provider) | default $provider -}}
{{- else if not (has $class $facts.classes) -}}
{{-   fail (printf "gateway.gatewayClassName %q is not documented by llm-d-infra %s. Known classes are %s." $class $facts.version (join ", " $facts.classes)) -}}
{{- end -}}
{{- if has $class $facts.servingCertClasses -}}
{{-   fail (printf "the offline chart does not render gateway class %s: use --charts upstream" $class) -}}
{{- end -}}
{{- $exposure := dig "exposure" "type" "" $gateway | default (get $facts.defaultExposure $provider) -}}
{{- $derived := ternary (ternary "LoadBalancer" "ClusterIP" (eq $exposure "external")) $facts.defaultServiceType (ne $exposure "") -}}
{{- $parameters := splitList " " (get $facts.parametersKinds $provider) -}}
{{- toYaml (dict
      "provider" $provider
      "class" $class
      "kind" (last $parameters)
      "apiVersion" (ternary (first $parameters) "v1" (gt (len $parameters) 1))
      "label" (get $facts.extProcLabel $provider)
      "service" (dig "service" "type" "" $gateway | default $derived)) -}}
{{- end -}}

{{/*
gateway.provider, or what follows from the class when it is "". Not written at all it is the version's default, and
then a class of another implementation is a mistake that upstream does not see. Context: {root, class}.
*/}}
{{- define "provider.chosen" -}}
{{- $facts := .root.Values.imitates -}}
{{- $written := hasKey .root.Values.gateway "provider" -}}
{{- $provider := ternary .root.Values.gateway.provider $facts.defaultProvider $written -}}
{{- if not (has $provider $facts.providers) -}}
{{-   fail (printf "unsupported gateway.provider %q" $provider) -}}
{{- end -}}
{{- $known := has .class $facts.classes -}}
{{- if and (not $provider) (or $known (not .class)) -}}
{{-   $provider = .class | default $facts.defaultProvider -}}
{{- end -}}
{{- if or (not $provider) (and .class (not $known) (not $written)) -}}
{{-   fail (printf "gateway.provider must be set when using custom gateway.gatewayClassName %q" .class) -}}
{{- end -}}
{{- $own := get $facts.classAliases $provider | default $provider -}}
{{- if and $known (ne .class $own) -}}
{{-   fail (printf "gateway.gatewayClassName %q is not a class of gateway.provider %q: write gateway.provider: %s" .class $provider .class) -}}
{{- end -}}
{{- $provider -}}
{{- end -}}
