{{/* Each of these gives a complaint, or nothing. */}}

{{- define "harp.checkValues" -}}
{{- $speaker := .Values.speaker -}}
{{- if .Values.configInline }}
configInline: pools and advertisements are objects of their own since MetalLB 0.13, not values. Apply them with kubectl.
{{- else if not (regexMatch "^[0-9]{1,9}(ms|s)$" (toString $speaker.detectionTime)) }}
speaker.detectionTime: "{{ $speaker.detectionTime }}" is no duration; write it as 250ms or 1s, from 100ms to 10s.
{{- else if not (regexMatch "^[0-9]{1,9}(ms|s|m)$" (toString $speaker.announce.refresh)) }}
speaker.announce.refresh: "{{ $speaker.announce.refresh }}" is no duration; write it as 60s or 5m, or 0s for never.
{{- else if not (regexMatch "^(off|[0-9]{1,4}/min)$" (toString $speaker.rebalance)) }}
speaker.rebalance: "{{ $speaker.rebalance }}" is not understood; write off, or 1/min for one address a minute.
{{- else if not (regexMatch "^(off|[0-9]{1,9}(ms|s|m))$" (toString $speaker.holdOff)) }}
speaker.holdOff: "{{ $speaker.holdOff }}" is no duration; write it as 10m, or off.
{{- else if and .Values.portGuard.enabled (or (not .Values.controller.enabled) (eq .Values.controller.webhookMode "disabled")) }}
portGuard.enabled is true, but the controller's webhook is off: set controller.enabled=true and controller.webhookMode=enabled.
{{- else if eq (int $speaker.memberlist.mlBindPort) (int .Values.prometheus.metricsPort) }}
speaker.memberlist.mlBindPort and prometheus.metricsPort are both {{ .Values.prometheus.metricsPort }}, and both are ports of the node: change one.
{{- else if and $speaker.secretName (not $speaker.memberlist.enabled) }}
speaker.secretName names a secret, but speaker.memberlist.enabled is false, so it would not be used.
{{- else if and .Values.prometheus.podMonitor.enabled .Values.prometheus.serviceMonitor.enabled }}
prometheus.podMonitor.enabled and prometheus.serviceMonitor.enabled are both true: every target would be scraped twice. Choose one.
{{- else if ne (empty .Values.prometheus.serviceAccount) (empty .Values.prometheus.namespace) }}
prometheus.serviceAccount and prometheus.namespace belong together: set both or none.
{{- else if and (not .Values.controller.enabled) (not $speaker.enabled) }}
controller.enabled and speaker.enabled are both false: there is nothing to install.
{{- end }}
{{- end -}}

{{/* Pod Security: speakers share the node's network, which only the level "privileged" allows. */}}
{{- define "harp.checkNamespace" -}}
{{- $there := lookup "v1" "Namespace" "" .Release.Namespace -}}
{{- $level := index (($there.metadata).labels | default dict) "pod-security.kubernetes.io/enforce" | default "" -}}
{{- if and .Values.speaker.enabled (has $level (list "baseline" "restricted")) }}
Namespace {{ .Release.Namespace }} enforces the Pod Security level "{{ $level }}", which refuses the speakers' hostNetwork. Allow it with

  kubectl label --overwrite namespace {{ .Release.Namespace }} pod-security.kubernetes.io/enforce=privileged
{{- end }}
{{- end -}}

{{/* Other workloads that serve the same Services or have the same ports on the node. */}}
{{- define "harp.checkOthers" -}}
{{- $root := . -}}
{{- $own := include "harp.fullname" . -}}
{{- range $kind := list "Deployment" "DaemonSet" }}
{{- range $other := (lookup "apps/v1" $kind "" "").items }}
{{- $name := $other.metadata.name }}
{{- if not (and (eq $other.metadata.namespace $root.Release.Namespace) (has (trimPrefix $own $name) (list "-controller" "-speaker" "-node-exporter" "-packet-monitor"))) }}
{{- $who := printf "%s %s/%s" $kind $other.metadata.namespace $name }}
{{- include "harp.checkClass" (dict "root" $root "who" $who "pod" $other.spec.template) }}
{{- include "harp.checkPorts" (dict "root" $root "who" $who "pod" $other.spec.template) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "harp.checkClass" -}}
{{- $class := .root.Values.loadBalancerClass -}}
{{- $labels := .pod.metadata.labels | default dict -}}
{{- $text := toJson .pod.spec.containers -}}
{{- $product := "" -}}
{{- $serves := "" -}}
{{- if or (contains "metallb/controller" $text) (contains "--webhook-mode=" $text) -}}
{{- $product = ternary "MetalLB" "another Harp" (contains "metallb/controller" $text) -}}
{{- $serves = regexFind "--lb-class=[^\"]*" $text | trimPrefix "--lb-class=" -}}
{{- else if contains "/kube-vip:" $text -}}
{{- if contains "\"name\":\"svc_enable\",\"value\":\"true\"" $text -}}
{{- $product = "kube-vip" -}}
{{- $serves = regexFind "\"name\":\"lb_class_name\",\"value\":\"[^\"]*" $text | trimPrefix "\"name\":\"lb_class_name\",\"value\":\"" -}}
{{- end -}}
{{- else if or (contains "purelb/allocator" $text) (contains "kubesphere/openelb:" $text) -}}
{{- $product = ternary "PureLB" "OpenELB" (contains "purelb/allocator" $text) -}}
{{- else if hasPrefix "svclb-" (.who | splitList "/" | last) -}}
{{- $product = "k3s' ServiceLB" -}}
{{- end -}}
{{- if and $product (eq $serves $class) }}
{{ .who }} is {{ $product }} and serves {{ with $class }}Services of class "{{ . }}"{{ else }}Services without a loadBalancerClass{{ end }}, as this release would. Two controllers would
take each other's addresses away. Remove it, or let this release serve a class of its own with --set loadBalancerClass=NAME. If it is harmless: --set preflight.enabled=false.
{{- end }}
{{- end -}}

{{- define "harp.checkPorts" -}}
{{- $values := .root.Values -}}
{{- $who := .who -}}
{{- $onNode := .pod.spec.hostNetwork | default false -}}
{{- $wanted := dict -}}
{{- if $values.speaker.enabled -}}
{{- $_ := set $wanted (toString (int $values.speaker.memberlist.mlBindPort)) "speaker.memberlist.mlBindPort" -}}
{{- $_ := set $wanted (toString (int $values.prometheus.metricsPort)) "prometheus.metricsPort" -}}
{{- end -}}
{{- if $values.packetMonitor.enabled -}}
{{- $_ := set $wanted (toString (int $values.packetMonitor.metricsPort)) "packetMonitor.metricsPort" -}}
{{- end -}}
{{- if $values.nodeExporter.enabled -}}
{{- $_ := set $wanted (toString (int $values.nodeExporter.port)) "nodeExporter.port" -}}
{{- end -}}
{{- range $container := .pod.spec.containers }}
{{- range $port := $container.ports }}
{{- $number := toString (int (ternary $port.containerPort ($port.hostPort | default 0) $onNode)) }}
{{- if and (hasKey $wanted $number) (ne ($port.protocol | default "TCP") "UDP") }}
Port {{ $number }} of the nodes is used by {{ $who }} ({{ $port.name | default $container.name }}). Move this release with --set {{ index $wanted $number }}=PORT, or the other one.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
