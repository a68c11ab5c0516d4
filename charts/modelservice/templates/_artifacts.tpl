{{/*
Where the model comes from (modelArtifacts.uri): the argument that names it, its volume, mount and environment.
What each scheme is made of is data (imitates.uriSchemes); how its path is read is here.
*/}}

{{- define "artifact.scheme" -}}{{ regexFind "^[^:]+" .Values.modelArtifacts.uri }}{{- end -}}
{{- define "artifact.path" -}}{{ regexReplaceAll "^[^:]+://" (tpl .Values.modelArtifacts.uri .) "" }}{{- end -}}

{{/* What the engine is told to serve: a path under the mount, or an id, which in a volume ends its path. */}}
{{- define "artifact.model" -}}
{{- $scheme := include "artifact.scheme" . -}}
{{- $kind := get .Values.imitates.uriSchemes $scheme -}}
{{- $parts := splitList "/" (include "artifact.path" .) -}}
{{- if not $kind.args -}}{{ fail $kind.failure }}
{{- else if eq $scheme "pvc" -}}{{ .Values.modelArtifacts.mountPath }}/{{ rest $parts | join "/" }}
{{- else if hasKey $kind "cachePrefix" -}}{{ slice $parts (sub (len $parts) 2) | join "/" }}
{{- else -}}{{ join "/" $parts }}
{{- end -}}
{{- end -}}

{{- define "artifact.volume" -}}
{{- $artifacts := .Values.modelArtifacts -}}
{{- $volume := (get .Values.imitates.uriSchemes (include "artifact.scheme" .)).volume -}}
{{- $path := include "artifact.path" . -}}
{{- $sources := dict
      "emptyDir" (dict "sizeLimit" ($artifacts.size | default "0"))
      "image" (dict "reference" $path "pullPolicy" "Always")
      "persistentVolumeClaim" (dict "claimName" (splitList "/" $path | first) "readOnly" (dig "readOnly" true $artifacts)) -}}
{{- toYaml (list (dict "name" "model-storage" $volume (get $sources $volume))) -}}
{{- end -}}

{{- define "artifact.mount" -}}
{{- $mount := dict "name" "model-storage" "mountPath" .Values.modelArtifacts.mountPath -}}
{{- if has (include "artifact.scheme" .) .Values.imitates.readOnlyMounts -}}
{{-   $_ := set $mount "readOnly" (dig "readOnly" true .Values.modelArtifacts) -}}
{{- end -}}
{{- toYaml (list $mount) -}}
{{- end -}}

{{/* Caches of Hugging Face inside the mount, and the token. */}}
{{- define "artifact.env" -}}
{{- $scheme := include "artifact.scheme" .root -}}
{{- $kind := get .root.Values.imitates.uriSchemes $scheme -}}
{{- if and .container.mountModelVolume (hasKey $kind "cachePrefix") }}
{{- $parts := splitList "/" (include "artifact.path" .root) }}
- name: HF_HUB_CACHE
  value: {{ $kind.cachePrefix }}/{{ slice $parts 1 (sub (len $parts) 2) | join "/" }}
{{- else if and .container.mountModelVolume (eq $scheme "hf") }}
- name: HF_HOME
  value: {{ .root.Values.modelArtifacts.mountPath }}
{{- end }}
{{- with .root.Values.modelArtifacts.authSecretName }}
- name: HF_TOKEN
  valueFrom:
    secretKeyRef: {name: {{ . }}, key: HF_TOKEN}
{{- end }}
{{- end -}}
