{{/*
A pod of one process. Call with a dict: root; process (its name); arguments (of `furlong`); ports (name: number);
probes; resources; and perhaps stopSeconds, restartPolicy and environment (name: value).
*/}}
{{- define "furlong.pod" -}}
{{- $values := .root.Values -}}
metadata:
  labels:
    {{- include "furlong.labels" . | nindent 4 }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with $values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- if .restartPolicy }}
  restartPolicy: {{ .restartPolicy }}
  {{- else }}
  serviceAccountName: {{ .root.Release.Name }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "furlong.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  automountServiceAccountToken: false
  # Kubernetes would name services in variables such as FURLONG_SERVE_PORT, which look like settings.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .stopSeconds | default 60 }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
  {{- if .before }}
  initContainers:
    {{- range $name, $arguments := .before }}
    {{- include "furlong.container" (merge (dict "named" $name "arguments" $arguments) (omit $ "arguments" "before")) | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    {{- include "furlong.container" . | nindent 4 }}
  volumes:
    - name: tmp
      emptyDir: {medium: Memory, sizeLimit: 64Mi}
    - name: home
      emptyDir: {sizeLimit: 256Mi}
    {{- range $values.files }}
    {{- if or (not .processes) (has $.process .processes) }}
    - name: {{ .name }}
      {{- if .secret }}
      secret: {secretName: {{ .secret }}, defaultMode: 0440}
      {{- else if .claim }}
      persistentVolumeClaim: {claimName: {{ .claim }}}
      {{- else }}
      configMap: {name: {{ .configMap }}}
      {{- end }}
    {{- end }}
    {{- end }}
{{- end -}}

{{- define "furlong.container" -}}
- name: {{ .named | default .process }}
  image: {{ include "furlong.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args: {{ toJson .arguments }}
  workingDir: /var/lib/furlong
  env:
    {{- include "furlong.environment" . | nindent 4 }}
  {{- with .ports }}
  ports:
    {{- range $name, $number := . }}
    - {name: {{ $name }}, containerPort: {{ $number }}}
    {{- end }}
  {{- end }}
  {{- with .probes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  resources:
    {{- toYaml .resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities: {drop: [ALL]}
  volumeMounts:
    - {name: tmp, mountPath: /tmp}
    - {name: home, mountPath: /var/lib/furlong}
    {{- range .root.Values.files }}
    {{- if or (not .processes) (has $.process .processes) }}
    - {name: {{ .name }}, mountPath: {{ .path }}, readOnly: {{ not .claim }}}
    {{- end }}
    {{- end }}
{{- end -}}

{{/* Settings as they are, and secrets by reference. */}}
{{- define "furlong.environment" -}}
{{- $process := .process -}}
{{- if and .root.Values.cell.name (not (has $process (list "backoffice" "consume-backoffice"))) }}
- {name: FURLONG_CELL, value: {{ .root.Values.cell.name | quote }}}
- {name: FURLONG_CELL_PARTITIONS, value: {{ .root.Values.cell.partitions | quote }}}
- {name: FURLONG_CELL_OF, value: {{ .root.Values.cell.of | toString | quote }}}
{{- end }}
{{- range $name, $value := .root.Values.settings }}
{{- include "furlong.public" $name }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- range $name, $value := .environment }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- range $name, $from := .root.Values.secrets }}
{{- if or (not $from.processes) (has $process $from.processes) }}
- name: {{ $name }}
  valueFrom: {secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}}
{{- end }}
{{- end }}
{{- end -}}

{{/* Refuses a secret that is written into the values. */}}
{{- define "furlong.public" -}}
{{- if has . (splitList "\n" (include "furlong.secretSettings" $ | trim)) }}
{{- fail (printf "settings.%s is a secret: put it into a Secret, and its name and key under `secrets`" .) }}
{{- end }}
{{- end -}}

{{/* Probes over HTTP. Call with a dict: port, live and ready (paths). */}}
{{- define "furlong.probes" -}}
startupProbe:
  httpGet: {path: {{ .live }}, port: {{ .port }}}
  periodSeconds: 2
  failureThreshold: 90
livenessProbe:
  httpGet: {path: {{ .live }}, port: {{ .port }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: {{ .ready }}, port: {{ .port }}}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end -}}
