{{/* Helm's labels and those of the values. */}}
{{- define "observability-operator-crds.labels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with omit .Values.labels "app.kubernetes.io/managed-by" }}
{{ toYaml . }}
{{- end }}
{{- end }}
