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

{{/* What TLS needs of secrets, as files under the names of kubernetes.io/tls, whatever their keys are called. */}}
{{- define "touchpoint.tlsVolumes" -}}
{{- range $of := list "kafka" "redis" }}
{{- with (index $.Values $of).caSecret }}
{{- if .name }}
- name: {{ $of }}-ca
  secret: {secretName: {{ .name | quote }}, items: [{key: {{ .key | quote }}, path: ca.crt}]}
{{- end }}
{{- end }}
{{- with (index $.Values $of).clientSecret }}
{{- if .name }}
- name: {{ $of }}-client
  secret: {secretName: {{ .name | quote }}, items: [{key: {{ .certKey | quote }}, path: tls.crt}, {key: {{ .keyKey | quote }}, path: tls.key}]}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "touchpoint.tlsMounts" -}}
{{- range $of := list "kafka" "redis" }}
{{- range $part := list "ca" "client" }}
{{- if (index $.Values $of (printf "%sSecret" $part)).name }}
- {name: {{ $of }}-{{ $part }}, mountPath: /etc/touchpoint-tls/{{ $of }}-{{ $part }}, readOnly: true}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "touchpoint.tlsEnv" -}}
{{- range $of, $begins := dict "kafka" "KAFKA_SSL" "redis" "REDIS_TLS" }}
{{- with index $.Values $of }}
{{- if .caSecret.name }}
- {name: {{ $begins }}_CA_FILE, value: /etc/touchpoint-tls/{{ $of }}-ca/ca.crt}
{{- end }}
{{- if .clientSecret.name }}
- {name: {{ $begins }}_CERT_FILE, value: /etc/touchpoint-tls/{{ $of }}-client/tls.crt}
- {name: {{ $begins }}_KEY_FILE, value: /etc/touchpoint-tls/{{ $of }}-client/tls.key}
{{- end }}
{{- end }}
{{- end }}
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
{{- include "touchpoint.tlsEnv" . }}
{{- with .Values.schemaRegistryUrl }}
- {name: SCHEMA_REGISTRY_URL, value: {{ . | quote }}}
{{- end }}
- {name: LOG_LEVEL, value: {{ .Values.logLevel | quote }}}
- {name: LANE_THREADS, value: {{ .Values.laneThreads | quote }}}
- {name: TOUCHPOINT_CONFIG, value: /etc/touchpoint/touchpoint.yaml}
{{- end }}
