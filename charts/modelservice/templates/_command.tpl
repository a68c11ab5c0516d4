{{/*
command and args of a container. How each modelCommand starts the engine is data: imitates.modelCommands maps its
name to {command, model: positional or a flag, injects: [settings the chart writes], flags}, and imitates.commandFlags
has the flags of the settings. A command that `needs: command` leaves all of it to the user.
*/}}
{{- define "container.command" -}}
{{- $facts := .root.Values.imitates -}}
{{- $name := .container.modelCommand | default $facts.defaultModelCommand -}}
{{- if not (hasKey $facts.modelCommands $name) -}}
{{-   fail (printf ".container.modelCommand is not as expected. Valid values are %s." (include "command.names" $facts.modelCommands)) -}}
{{- end -}}
{{- $how := get $facts.modelCommands $name -}}
{{- $own := hasKey $how "needs" -}}
{{- $command := ternary .container.command $how.command $own -}}
{{- $args := .container.args | default list -}}
{{- if and $own (not $command) -}}
{{-   fail (printf "When .container.modelCommand not set or `%s`, a `command` is required." $facts.defaultModelCommand) -}}
{{- end -}}
{{- if not $own -}}
{{-   $args = concat (include "command.injected" (merge (dict "how" $how) .) | fromYamlArray) $args -}}
{{- end -}}
{{- with $command }}
command: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $args }}
args: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* "`a`, `b` and `c`", in upstream's order. */}}
{{- define "command.names" -}}
{{- $names := list -}}
{{- range keys . | sortAlpha | reverse -}}{{- $names = append $names (printf "`%s`" .) -}}{{- end -}}
{{- initial $names | join ", " }} and {{ last $names -}}
{{- end -}}

{{/* The arguments the chart writes: each injected setting with its flag; a degree of parallelism only above 1. */}}
{{- define "command.injected" -}}
{{- $parallel := include "parallelism" . | fromYaml -}}
{{- $values := dict "model" (include "artifact.model" .root) "port" (include "engine.port" .) "servedName" .root.Values.modelArtifacts.name -}}
{{- range $setting, $degree := dict "tensorParallel" $parallel.tensor "dataParallel" $parallel.data "dataParallelLocal" $parallel.dataLocal -}}
{{-   $_ := set $values $setting (ternary (int $degree | toString) "" (gt (int $degree) 1)) -}}
{{- end -}}
{{- $modelFlag := dict "model" (ternary "" .how.model (eq .how.model "positional")) -}}
{{- $flags := merge $modelFlag (.how.flags | default dict) .root.Values.imitates.commandFlags -}}
{{- $args := list -}}
{{- range .how.injects -}}
{{-   range ternary (list . (printf "%sLocal" .)) (list .) (eq . "dataParallel") -}}
{{-     if get $values . -}}{{- $args = concat $args (compact (list (get $flags .) (get $values .))) -}}{{- end -}}
{{-   end -}}
{{- end -}}
{{- toYaml $args -}}
{{- end -}}
