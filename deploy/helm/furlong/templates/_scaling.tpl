{{/* How fast pods come and go. Call with the root. */}}
{{- define "furlong.behavior" -}}
{{- with .Values.scaling -}}
scaleUp:
  stabilizationWindowSeconds: {{ .up.stabilizationSeconds }}
  selectPolicy: Max
  policies:
    - {type: Percent, value: {{ .up.percent }}, periodSeconds: {{ .up.periodSeconds }}}
    - {type: Pods, value: {{ .up.pods }}, periodSeconds: {{ .up.periodSeconds }}}
scaleDown:
  stabilizationWindowSeconds: {{ .down.stabilizationSeconds }}
  policies:
    - {type: Percent, value: {{ .down.percent }}, periodSeconds: {{ .down.periodSeconds }}}
{{- end }}
{{- end -}}

{{/* The head of a ScaledObject. Call with a dict: root, process, minimum, maximum, fallback. */}}
{{- define "furlong.scaled" -}}
scaleTargetRef: {name: {{ include "furlong.name" . }}}
pollingInterval: {{ .root.Values.scaling.pollSeconds }}
minReplicaCount: {{ .minimum }}
maxReplicaCount: {{ .maximum }}
# If Prometheus or Kafka does not answer, the number of pods stays as it is.
fallback: {failureThreshold: 3, replicas: {{ .minimum }}, behavior: currentReplicasIfHigher}
advanced:
  horizontalPodAutoscalerConfig:
    behavior:
      {{- include "furlong.behavior" .root | nindent 6 }}
{{- end -}}

{{/* A query of Prometheus, whose value is divided by the target of one pod. Call with a dict: root, query, target. */}}
{{- define "furlong.prometheus" -}}
- type: prometheus
  metadata:
    serverAddress: {{ .root.Values.scaling.prometheus }}
    query: {{ .query }}
    threshold: {{ .target | toString | quote }}
  {{- with .root.Values.scaling.prometheusAuthentication }}
  authenticationRef: {name: {{ . }}}
  {{- end }}
{{- end -}}

{{/* The fixtures of the calendar. Call with a dict: root, pods (fixture's name: number), maximum. */}}
{{- define "furlong.fixtures" -}}
{{- range .root.Values.calendar.fixtures }}
{{- $pods := index $.pods .name }}
{{- if $pods }}
{{- if gt (int $pods) (int $.maximum) }}
{{- fail (printf "calendar: %s wants %v pods of %s, which has at most %v" .name $pods $.process $.maximum) }}
{{- end }}
- type: cron
  metadata:
    timezone: {{ $.root.Values.calendar.timezone }}
    start: {{ include "furlong.cron" .from }}
    end: {{ include "furlong.cron" .until }}
    desiredReplicas: {{ $pods | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* YYYY-MM-DDTHH:MM as minute, hour, day and month of cron. */}}
{{- define "furlong.cron" -}}
{{- $parts := regexSplit "[-T:]" . -1 -}}
{{- printf "%d %d %d %d *" (index $parts 4 | trimPrefix "0" | int) (index $parts 3 | trimPrefix "0" | int) (index $parts 2 | trimPrefix "0" | int) (index $parts 1 | trimPrefix "0" | int) -}}
{{- end -}}
