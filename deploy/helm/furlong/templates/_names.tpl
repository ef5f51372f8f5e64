{{/* The name of a process: RELEASE-PROCESS. Call with (dict "root" $ "process" "serve"). */}}
{{- define "furlong.name" -}}
{{- printf "%s-%s" .root.Release.Name .process | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* What selects the pods of a process, or of the whole release without "process". It never changes. */}}
{{- define "furlong.selector" -}}
app.kubernetes.io/name: furlong
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .process }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "furlong.labels" -}}
{{ include "furlong.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.cell.name }}
furlong.dev/cell: {{ . }}
{{- end }}
{{- end -}}

{{- define "furlong.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* How many partitions the cell has. */}}
{{- define "furlong.partitions" -}}
{{- $range := splitList "-" .Values.cell.partitions -}}
{{- $count := add1 (sub (index $range 1 | int) (index $range 0 | int)) -}}
{{- if lt $count 1 }}{{ fail (printf "cell.partitions: %s is not FIRST-LAST" .Values.cell.partitions) }}{{ end -}}
{{- $count -}}
{{- end -}}

{{/* The name of a consumer's Kafka group. */}}
{{- define "furlong.group" -}}
furlong-{{ .process }}{{ with .root.Values.cell.name }}.{{ . }}{{ end }}
{{- end -}}

{{/* The subgraphs, as a list in JSON: each block has a consumer, too. */}}
{{- define "furlong.subgraphs" -}}
{{- .Values.subgraphs.names | default (omit .Values.consumers "backoffice" | keys | sortAlpha) | toJson -}}
{{- end -}}
