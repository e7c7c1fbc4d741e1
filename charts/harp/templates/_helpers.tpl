{{- define "harp.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The release's name if it contains the chart's, else both: as other charts do it. */}}
{{- define "harp.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "harp.selectorLabels" -}}
{{- if .Values.plainNames -}}
app: metallb
{{- else -}}
app.kubernetes.io/name: {{ include "harp.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- end -}}

{{- define "harp.labels" -}}
{{ include "harp.selectorLabels" . }}
{{- if not .Values.plainNames }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}
{{- end -}}

{{- define "harp.componentKey" -}}
{{ ternary "component" "app.kubernetes.io/component" .Values.plainNames }}
{{- end -}}

{{/* What the objects of a part are called. Takes (dict "root" $ "part" "speaker"). */}}
{{- define "harp.partName" -}}
{{- if .root.Values.plainNames -}}
{{ .part }}
{{- else -}}
{{ include "harp.fullname" .root }}-{{ .part }}
{{- end -}}
{{- end -}}

{{/* By these labels speakers find each other's pods. */}}
{{- define "harp.membersLabels" -}}
{{- if .Values.plainNames -}}
app=metallb,component=speaker
{{- else -}}
app.kubernetes.io/name={{ include "harp.name" . }},app.kubernetes.io/instance={{ .Release.Name }},app.kubernetes.io/component=speaker
{{- end -}}
{{- end -}}

{{/* The name of a part's service account. Takes (dict "root" $ "part" "speaker"). */}}
{{- define "harp.serviceAccountName" -}}
{{- $account := (index .root.Values .part).serviceAccount -}}
{{- if $account.create -}}
{{- default (include "harp.partName" .) $account.name -}}
{{- else -}}
{{- default "default" $account.name -}}
{{- end -}}
{{- end -}}

{{/* One image has all daemons; each part may use another one. Takes (dict "root" $ "image" .Values.speaker.image). */}}
{{- define "harp.image" -}}
{{- $own := .image | default dict -}}
{{- $tag := $own.tag | default .root.Values.image.tag | default .root.Chart.AppVersion -}}
{{- printf "%s:%s" ($own.repository | default .root.Values.image.repository) $tag -}}
{{- end -}}

{{- define "harp.pullPolicy" -}}
{{- ((.image).pullPolicy) | default .root.Values.image.pullPolicy | default "IfNotPresent" -}}
{{- end -}}

{{- define "harp.secretName" -}}
{{- .Values.speaker.secretName | default (printf "%s-memberlist" (include "harp.fullname" .)) -}}
{{- end -}}

{{/* Takes (dict "probe" .Values.speaker.livenessProbe "name" "livenessProbe" "path" "/healthz"). */}}
{{- define "harp.probe" -}}
{{- if .probe.enabled }}
{{ .name }}:
  httpGet:
    path: {{ .path }}
    port: {{ .probe.port | default "metrics" }}
  initialDelaySeconds: {{ .probe.initialDelaySeconds }}
  periodSeconds: {{ .probe.periodSeconds }}
  timeoutSeconds: {{ .probe.timeoutSeconds }}
  successThreshold: {{ .probe.successThreshold }}
  failureThreshold: {{ .probe.failureThreshold }}
{{- end }}
{{- end -}}

{{/* A part's rights, from the file the lab applies too, under this release's names. Takes (dict "root" $ "part" "speaker" "file" "rbac/speaker.yaml"). */}}
{{- define "harp.rights" -}}
{{- $full := include "harp.fullname" .root -}}
{{- $account := include "harp.serviceAccountName" (dict "root" .root "part" .part) -}}
{{- $labels := printf "metadata:\n  labels:\n%s\n    %s: %s\n" (include "harp.labels" .root | indent 4) (include "harp.componentKey" .root) .part -}}
{{- .root.Files.Get .file
    | replace (printf "kind: ServiceAccount\n  name: %s\n" .part) (printf "kind: ServiceAccount\n  name: %s\n" $account)
    | replace "name: harp:" (printf "name: %s:" $full)
    | replace "name: harp-" (printf "name: %s-" $full)
    | replace "namespace: metallb-system" (printf "namespace: %s" .root.Release.Namespace)
    | replace "\nmetadata:\n" (printf "\n%s" $labels) -}}
{{- end -}}

{{/* "yes" if an object is not there yet or is this release's own: else it belongs to MetalLB, another release or the administrator, and is left alone. */}}
{{- define "harp.mayOwn" -}}
{{- if not .there -}}
yes
{{- else -}}
{{- $notes := .there.metadata.annotations | default dict -}}
{{- if and (eq (index $notes "meta.helm.sh/release-name" | default "") .root.Release.Name) (eq (index $notes "meta.helm.sh/release-namespace" | default "") .root.Release.Namespace) -}}
yes
{{- end -}}
{{- end -}}
{{- end -}}

{{/* "yes" if the controller answers webhooks: one installation does, the one whose configuration it is. */}}
{{- define "harp.webhooks" -}}
{{- if and .Values.controller.enabled (ne .Values.controller.webhookMode "disabled") -}}
{{- include "harp.mayOwn" (dict "root" . "there" (lookup "admissionregistration.k8s.io/v1" "ValidatingWebhookConfiguration" "" "metallb-webhook-configuration")) -}}
{{- end -}}
{{- end -}}

{{/* The parts that have metrics, each with the values that say whether it runs. */}}
{{- define "harp.scraped" -}}
{{- $parts := list -}}
{{- range $part, $values := dict "controller" .Values.controller "speaker" .Values.speaker "packet-monitor" .Values.packetMonitor "node-exporter" .Values.nodeExporter -}}
{{- if $values.enabled }}{{ $parts = append $parts $part }}{{ end -}}
{{- end -}}
{{- toJson (sortAlpha $parts) -}}
{{- end -}}

{{/* For pods on the node's network: without this policy they would not resolve Services. */}}
{{- define "harp.dns" -}}
dnsPolicy: {{ .Values.dns.policy }}
{{- with .Values.dns.config }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* What both kinds of monitors say about an endpoint. Takes .Values.prometheus.podMonitor or .serviceMonitor. */}}
{{- define "harp.scraping" -}}
scheme: http
{{- with .interval }}
interval: {{ . }}
{{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Annotations of a daemon's pods. Takes (dict "root" $ "own" .podAnnotations). */}}
{{- define "harp.podAnnotations" -}}
{{- if .root.Values.prometheus.scrapeAnnotations }}
prometheus.io/scrape: "true"
prometheus.io/port: {{ .root.Values.prometheus.metricsPort | quote }}
{{- end }}
{{- with .own }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "harp.speakerRights" -}}
runAsUser: 0
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
  add: [NET_RAW]
{{- end -}}
