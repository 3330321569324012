{{- define "touchpoint.name" -}}
{{- if contains "touchpoint" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-touchpoint" .Release.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "touchpoint.selector" -}}
app.kubernetes.io/name: touchpoint
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "touchpoint.labels" -}}
{{ include "touchpoint.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "touchpoint.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* No rights, nothing to write to. */}}
{{- define "touchpoint.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "touchpoint.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "touchpoint.env" -}}
- {name: KAFKA_BROKERS, value: {{ required "kafka.brokers is missing: host:port, separated by commas" .Values.kafka.brokers | quote }}}
- {name: KAFKA_GROUP_ID, value: {{ .Values.kafka.groupId | quote }}}
- {name: KAFKA_SSL, value: {{ .Values.kafka.ssl | quote }}}
{{- with .Values.kafka.saslMechanism }}
- {name: KAFKA_SASL_MECHANISM, value: {{ . | quote }}}
- name: KAFKA_SASL_USERNAME
  valueFrom: {secretKeyRef: {name: {{ required "kafka.saslSecret.name is missing" $.Values.kafka.saslSecret.name | quote }}, key: {{ $.Values.kafka.saslSecret.usernameKey | quote }}}}
- name: KAFKA_SASL_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $.Values.kafka.saslSecret.name | quote }}, key: {{ $.Values.kafka.saslSecret.passwordKey | quote }}}}
{{- end }}
- name: REDIS_URL
  valueFrom: {secretKeyRef: {name: {{ required "redis.urlSecret.name is missing: the secret that holds the address of Redis" .Values.redis.urlSecret.name | quote }}, key: {{ .Values.redis.urlSecret.key | quote }}}}
{{- with .Values.schemaRegistryUrl }}
- {name: SCHEMA_REGISTRY_URL, value: {{ . | quote }}}
{{- end }}
- {name: LOG_LEVEL, value: {{ .Values.logLevel | quote }}}
- {name: LANE_THREADS, value: {{ .Values.laneThreads | quote }}}
- {name: TOUCHPOINT_CONFIG, value: /etc/touchpoint/touchpoint.yaml}
{{- end }}
