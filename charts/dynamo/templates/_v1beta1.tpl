{{- /* A graph as v1beta1 writes it: a list of components, each with a pod's template. */}}
{{- define "v1beta1" -}}
{{- with .Values.framework }}
backendFramework: {{ . }}
{{- end }}
{{- with .Values.env }}
env: {{ toJson . }}
{{- end }}
components:
  {{- range $name, $c := .Values.components }}
  - name: {{ $name }}
    type: {{ $c.role | default $c.type }}
    replicas: {{ dig "replicas" 1 $c }}
    {{- if gt (int (dig "nodes" 1 $c)) 1 }}
    multinode: {nodeCount: {{ $c.nodes }}}
    {{- end }}
    {{- if not (kindIs "invalid" $c.sharedMemory) }}
    sharedMemorySize: {{ $c.sharedMemory | toString | quote }}
    {{- end }}
    podTemplate:
      spec:
        {{- with omit ($c.pod | default dict) "containers" }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        containers:
          - name: main
            {{- include "container" $c | trim | nindent 12 }}
            {{- with $c.env }}
            env: {{ toJson . }}
            {{- end }}
            {{- with $c.secret }}
            envFrom: [{secretRef: {name: {{ . }}}}]
            {{- end }}
            {{- with include "v1beta1.resources" $c | fromYaml }}
            resources: {{ dict "limits" . "requests" . | toJson }}
            {{- end }}
          {{- with dig "containers" list ($c.pod | default dict) }}
          {{- toYaml . | nindent 10 }}
          {{- end }}
  {{- end }}
{{- end -}}

{{- define "v1beta1.resources" -}}
{{- range $what, $much := .resources }}
{{ $what }}: {{ $much | quote }}
{{- end }}
{{- with .gpus }}
nvidia.com/gpu: {{ . | quote }}
{{- end }}
{{- end -}}
