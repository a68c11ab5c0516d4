{{/* What upstream renders and this chart does not, and what this version would drop or misread. Context: root. */}}
{{- define "refusals" -}}
{{- $facts := .Values.imitates -}}
{{- $values := omit .Values "imitates" -}}
{{- $ways := dict
      "multinode" $values.multinode
      "requester" (dig "requester" "enable" false $values)
      "tracing" (or (dig "tracing" "enabled" false $values) (dig "global" "tracing" "enabled" false $values))
      "dra" (or (dig "dra" "enabled" false $values) (dig "dra" false $values.accelerator)) -}}
{{- range $role := list "decode" "prefill" -}}
{{-   $spec := get $values $role -}}
{{-   if not $spec -}}{{- fail (printf "%s must not be empty: write %s.create: false" $role $role) -}}{{- end -}}
{{-   if $spec.create -}}
{{-     if or $spec.resourceClaims (dig "accelerator" "dra" false $spec) -}}{{- $_ := set $ways "dra" true -}}{{- end -}}
{{-     include "refusals.role" (dict "root" $ "role" $role "spec" $spec) -}}
{{-   end -}}
{{- end -}}
{{- range $way, $asked := $ways -}}
{{-   if $asked -}}{{- fail (printf "the offline chart does not render %s: use --charts upstream" $way) -}}{{- end -}}
{{- end -}}
{{- if not (hasKey $facts.uriSchemes (include "artifact.scheme" .)) -}}
{{-   fail (printf "modelArtifacts.uri %q must begin with one of %s, and ://" $values.modelArtifacts.uri (keys $facts.uriSchemes | sortAlpha | join ", ")) -}}
{{- end -}}
{{- $uri := get $facts.uriSchemes (include "artifact.scheme" .) -}}
{{- if and (hasKey $uri "cachePrefix") (lt (len (include "artifact.path" . | splitList "/")) 3) -}}
{{-   fail (printf "modelArtifacts.uri %q must name a claim, then the model's namespace and name" $values.modelArtifacts.uri) -}}
{{- end -}}
{{- end -}}

{{- define "refusals.role" -}}
{{- $facts := .root.Values.imitates -}}
{{- if not .spec.containers -}}
{{-   fail (printf "%s.create is true but %s.containers is empty: write the containers, or %s.create: false" .role .role .role) -}}
{{- end -}}
{{- $unread := list -}}
{{- range $key := list "enableServiceLinks" "terminationGracePeriodSeconds" "priorityClassName" "strategy" -}}
{{-   if and (hasKey $.spec $key) (not (get $facts (printf "feature.%s" $key))) -}}{{- $unread = append $unread $key -}}{{- end -}}
{{- end -}}
{{- if and (hasKey .spec "accelerator") (not $facts.acceleratorPerRole) -}}{{- $unread = append $unread "accelerator" -}}{{- end -}}
{{- range $unread -}}
{{-   fail (printf "%s.%s is not read by %s %s" $.role . $.root.Chart.Name $facts.version) -}}
{{- end -}}
{{- end -}}
