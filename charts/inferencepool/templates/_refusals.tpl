{{/* Values that the imitated version misreads, or that this chart does not render. Context: root. */}}
{{- define "refusals" -}}
{{- $facts := .Values.imitates -}}
{{- $version := printf "inferencepool %s" $facts.version -}}
{{- $extension := .Values.inferenceExtension -}}
{{- $pool := .Values.inferencePool -}}
{{- if or (ne $facts.flags "map") (has "appProtocol" $facts.features) -}}
{{-   fail (printf "the offline chart does not imitate %s: use --charts upstream" $version) -}}
{{- end -}}
{{- if not (kindIs "map" $extension.flags) -}}
{{-   fail (printf "inferenceExtension.flags must be a map of flag: value for %s" $version) -}}
{{- end -}}
{{- if ne $pool.apiVersion $facts.poolApi -}}
{{-   fail (printf "inferencePool.apiVersion %q: the offline chart renders %s only" $pool.apiVersion $facts.poolApi) -}}
{{- end -}}
{{- if not (dig "matchLabels" dict ($pool.modelServers | default dict)) -}}
{{-   fail $facts.failureMessages.matchLabels -}}
{{- end -}}
{{- if not $pool.targetPorts -}}
{{-   fail "inferencePool.targetPorts must have at least one port" -}}
{{- end -}}
{{- include "refusals.type" . -}}
{{- if not (has .Values.provider.name $facts.providers) -}}
{{-   fail (printf "provider.name %q is not known to %s. Known names are %s." .Values.provider.name $version (join ", " $facts.providers)) -}}
{{- end -}}
{{- $ways := dict
      "inferenceExtension.tracing" (dig "tracing" "enabled" false $extension)
      "inferenceExtension.latencyPredictor" (dig "latencyPredictor" "enabled" false $extension)
      "inferenceObjectives" .Values.inferenceObjectives
      "experimentalHttpRoute" (dig "experimentalHttpRoute" "enabled" false (omit .Values "imitates")) -}}
{{- range $way, $asked := $ways -}}
{{-   if $asked -}}{{- fail (printf "the offline chart does not render %s: use --charts upstream" $way) -}}{{- end -}}
{{- end -}}
{{- include "refusals.unread" . -}}
{{- include "refusals.sidecar" . -}}
{{- end -}}

{{/* Keys of other versions: upstream would drop them without a word. */}}
{{- define "refusals.unread" -}}
{{- $facts := .Values.imitates -}}
{{- $extension := .Values.inferenceExtension -}}
{{- $unread := dict
      "istio (write provider.istio)" .Values.istio
      "gke (write provider.gke)" .Values.gke
      "inferenceExtension.logVerbosity (write flags.v)" $extension.logVerbosity
      "inferenceExtension.enableLeaderElection (write replicas)" $extension.enableLeaderElection
      "inferenceExtension.monitoring.gke (write monitoring.prometheus)" (and (not (has "gkeMonitoring" $facts.features)) $extension.monitoring.gke)
      "inferenceExtension.failureMode" (and (not $facts.failureMode) $extension.failureMode) -}}
{{- range $key, $feature := dict "resources" "resources" "volumes" "volumes" "volumeMounts" "volumes" "metricsDataSource" "metricsDataSource" -}}
{{-   $_ := set $unread (printf "inferenceExtension.%s" $key) (and (not (has $feature $facts.features)) (get $extension $key)) -}}
{{- end -}}
{{- range $key, $given := $unread -}}
{{-   if $given -}}{{- fail (printf "not read by inferencepool %s: %s" $facts.version $key) -}}{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the imitated version would misread of a container beside the picker, or fail without. */}}
{{- define "refusals.sidecar" -}}
{{- $facts := .Values.imitates -}}
{{- $sidecar := .Values.inferenceExtension.sidecar -}}
{{- if $sidecar.enabled -}}
{{-   if not (has "image" $facts.sidecarKeys) -}}
{{-     fail (printf "inferenceExtension.sidecar.enabled: inferencepool %s can put no container beside the picker" $facts.version) -}}
{{-   end -}}
{{-   range $key := concat (list "name" "image") $facts.sidecarNeeds -}}
{{-     if not (get $sidecar $key) -}}{{- fail (printf "inferenceExtension.sidecar.%s must be written for a sidecar" $key) -}}{{- end -}}
{{-   end -}}
{{-   if and $sidecar.configMap (not $sidecar.configMap.name) -}}{{- fail "inferenceExtension.sidecar.configMap.name must be written" -}}{{- end -}}
{{- end -}}
{{- range $key := keys $sidecar | sortAlpha -}}
{{-   if not (has $key $facts.sidecarKeys) -}}{{- fail (printf "not read by inferencepool %s: inferenceExtension.sidecar.%s" $facts.version $key) -}}{{- end -}}
{{- end -}}
{{- end -}}

{{/* A server type is honoured when it needs no flag: the flags that upstream's chart would write, its picker refuses. */}}
{{- define "refusals.type" -}}
{{- $type := .Values.inferencePool.modelServerType -}}
{{- $facts := .Values.imitates -}}
{{- if has $type $facts.modelServerFlags -}}
{{-   fail (printf "inferencePool.modelServerType %q makes inferencepool %s write metric flags, which this chart never does: newer pickers refuse them. Leave it out, and name the metrics in inferenceExtension.pluginsCustomConfig or, for a picker that takes them, in inferenceExtension.flags." $type $facts.version) -}}
{{- end -}}
{{- if not (has $type $facts.modelServerTypes) -}}
{{-   fail (printf "inferencePool.modelServerType %q is not known to inferencepool %s. Known types are %s." $type $facts.version (join ", " $facts.modelServerTypes)) -}}
{{- end -}}
{{- end -}}
