{{/*
The levels of the values that the imitated version closes: imitates has a field closed.LEVEL with the only keys that
level takes; "root" is the top, "role" stands for decode and prefill. The words are Helm's own for a schema that
says no. Context: root.
*/}}
{{- define "closed" -}}
{{- range $field, $keys := .Values.imitates -}}
{{-   if and (hasPrefix "closed." $field) (kindIs "slice" $keys) -}}
{{-     $level := trimPrefix "closed." $field | trimPrefix "root" -}}
{{-     range $role := ternary (list "decode" "prefill") (list "role") (hasPrefix "role." $level) -}}
{{-       $here := omit $.Values "imitates" -}}
{{-       $at := "" -}}
{{-       range compact (splitList "." $level) -}}
{{-         $key := ternary $role . (eq . "role") -}}
{{-         $here = get $here $key | default dict -}}
{{-         $at = printf "%s/%s" $at $key -}}
{{-       end -}}
{{-       include "closed.level" (dict "at" $at "here" $here "keys" $keys) -}}
{{-     end -}}
{{-   end -}}
{{- end -}}
{{- end -}}

{{- define "closed.level" -}}
{{- range $key := keys .here | sortAlpha -}}
{{-   if not (has $key $.keys) -}}{{- fail (printf "at '%s': additional properties '%s' not allowed" $.at $key) -}}{{- end -}}
{{- end -}}
{{- end -}}
