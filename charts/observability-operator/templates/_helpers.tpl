{{/* Helm's labels and those of the values, for every object. */}}
{{- define "observability-operator.labels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with omit .Values.labels "app.kubernetes.io/name" "app.kubernetes.io/part-of" "app.kubernetes.io/managed-by" }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A manifest of files/, in the release's namespace, with labels and annotations. Takes the root and the file's name. */}}
{{- define "observability-operator.base" -}}
{{- $root := index . 0 -}}
{{- $object := $root.Files.Get (printf "files/%s.yaml" (index . 1)) | fromYaml -}}
{{- $_ := set $object.metadata "namespace" $root.Release.Namespace -}}
{{- $_ := set $object.metadata "labels" (merge $object.metadata.labels (include "observability-operator.labels" $root | fromYaml)) -}}
{{- with $root.Values.annotations -}}
{{- $_ := set $object.metadata "annotations" . -}}
{{- end -}}
{{- toYaml $object -}}
{{- end }}

{{/* The operator's image. */}}
{{- define "observability-operator.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end }}
