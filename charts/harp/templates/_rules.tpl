{{/* All rules, as `groups:`. The runbook of an alert is the section of its name in docs/runbooks.md. */}}
{{- define "harp.rules" -}}
{{- $rule := .Values.prometheus.prometheusRule -}}
groups:
- name: {{ include "harp.fullname" . }}.recording
  rules:
  - record: node_network_receive_bytes_per_second
    expr: rate(node_network_receive_bytes_total[5m])
  - record: node_network_transmit_bytes_per_second
    expr: rate(node_network_transmit_bytes_total[5m])
- name: {{ include "harp.fullname" . }}.rules
  rules:
  {{- with $rule.staleConfig }}
  {{- if .enabled }}
  - alert: MetalLBStaleConfig
    expr: metallb_k8s_client_config_stale_bool == 1
    for: 1m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "MetalLBStaleConfig") | nindent 4 }}
      summary: "{{`{{ $labels.instance }}`}} goes on with the last good configuration"
      description: >-
        The newest pools and advertisements have a fault. The daemon's log and the ConfigurationState of its node say which.
  {{- end }}
  {{- end }}
  {{- with $rule.configNotLoaded }}
  {{- if .enabled }}
  - alert: MetalLBConfigNotLoaded
    expr: metallb_k8s_client_config_loaded_bool == 0
    for: 1m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "MetalLBConfigNotLoaded") | nindent 4 }}
      summary: "{{`{{ $labels.instance }}`}} has no configuration"
      description: >-
        The daemon has not read pools and advertisements since it was started: it cannot reach the API server, may not read them, or the first ones are faulty.
  {{- end }}
  {{- end }}
  {{- with $rule.addressPoolExhausted }}
  {{- if .enabled }}
  - alert: MetalLBAddressPoolExhausted
    expr: metallb_allocator_addresses_in_use_total{{ with .excludePools }}{pool!~"{{ . }}"}{{ end }} >= metallb_allocator_addresses_total{{ with .excludePools }}{pool!~"{{ . }}"}{{ end }}
    for: 1m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "MetalLBAddressPoolExhausted") | nindent 4 }}
      summary: "Pool {{`{{ $labels.pool }}`}} has no address left"
      description: >-
        The next Service that needs an address of this pool stays pending.
  {{- end }}
  {{- end }}
  {{- with $rule.addressPoolUsage }}
  {{- if .enabled }}
  {{- $pools := "" }}
  {{- with .excludePools }}{{ $pools = printf "{pool!~%q}" . }}{{ end }}
  {{- range .thresholds }}
  {{- $name := printf "MetalLBAddressPoolUsage%vPercent" .percent }}
  - alert: {{ $name }}
    expr: 100 * metallb_allocator_addresses_in_use_total{{ $pools }} / metallb_allocator_addresses_total{{ $pools }} > {{ .percent }}
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" $name "runbook" "MetalLBAddressPoolUsage") | nindent 4 }}
      summary: {{ printf "Pool {{ $labels.pool }} is more than %v %% used" .percent }}
      description: >-
        Add addresses, or find Services that need none.
  {{- end }}
  {{- end }}
  {{- end }}
  {{- with $rule.noOwner }}
  {{- if .enabled }}
  - alert: HarpAddressWithoutOwner
    expr: max(harp_planned_addresses) > (count(count by (ip) (metallb_speaker_announced)) or vector(0))
    for: 1m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpAddressWithoutOwner") | nindent 4 }}
      summary: "Fewer addresses are answered than could be"
      description: >-
        Speakers know of {{`{{ $value }}`}} addresses that have a possible owner, and fewer are answered. Clients get no answer from the others.
  {{- end }}
  {{- end }}
  {{- with $rule.twoOwners }}
  {{- if .enabled }}
  - alert: HarpTwoOwners
    expr: count by (ip) (count by (ip, node) (metallb_speaker_announced)) > 1
    for: 1m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpTwoOwners") | nindent 4 }}
      summary: "{{`{{ $value }}`}} nodes answer for {{`{{ $labels.ip }}`}}"
      description: >-
        A hand-over lasts milliseconds. For longer, speakers neither see each other in the membership nor hear each other on the LAN.
  {{- end }}
  {{- end }}
  {{- with $rule.addressConflict }}
  {{- if .enabled }}
  - alert: HarpAddressConflict
    expr: increase(harp_transitions_total{kind="conflict"}[10m]) > 0
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpAddressConflict") | nindent 4 }}
      summary: "A host that is no speaker claims an address held by {{`{{ $labels.instance }}`}}"
      description: >-
        The events of the Service, reason AddressConflict, name the address and the other host's MAC.
  {{- end }}
  {{- end }}
  {{- with $rule.speakerMuted }}
  {{- if .enabled }}
  - alert: HarpSpeakerMuted
    expr: harp_speaker_muted == 1
    for: 1m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpSpeakerMuted") | nindent 4 }}
      summary: "The speaker {{`{{ $labels.instance }}`}} may not send"
      description: >-
        It was starved, or it hears neither peers nor anybody else on its segment. Its log says which. Other speakers answer for its addresses if they can.
  {{- end }}
  {{- end }}
  {{- with $rule.speakerMissing }}
  {{- if .enabled }}
  - alert: HarpSpeakersApart
    expr: harp_members < on () group_left () count(harp_members)
    for: 5m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpSpeakersApart") | nindent 4 }}
      summary: "The speaker {{`{{ $labels.instance }}`}} sees only {{`{{ $value }}`}} speakers"
      description: >-
        Speakers do not reach each other on the membership's port, or have different secrets.
  {{- end }}
  {{- end }}
  {{- with $rule.ownerFlapping }}
  {{- if .enabled }}
  - alert: HarpOwnerFlapping
    expr: sum(increase(harp_transitions_total{kind=~"claimed_(left|not_a_candidate|rebalanced)"}[15m])) > {{ .claims }} * clamp_min(sum(harp_held_addresses), 1)
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpOwnerFlapping") | nindent 4 }}
      summary: "Addresses move again and again"
      description: >-
        {{`{{ $value }}`}} claims in 15 minutes. A node or its link comes and goes, or speakers are starved of CPU. Connections are cut with each move.
  {{- end }}
  {{- end }}
  {{- with $rule.slowTakeover }}
  {{- if .enabled }}
  - alert: HarpSlowTakeover
    expr: histogram_quantile(1, sum by (le) (increase(harp_takeover_seconds_bucket[10m]))) > {{ .seconds }}
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpSlowTakeover") | nindent 4 }}
      summary: "A takeover took more than {{ .seconds }} s"
      description: >-
        From the last sign of life of the former owner to the first announcement of the next one.
  {{- end }}
  {{- end }}
  {{- with $rule.apiLost }}
  {{- if .enabled }}
  - alert: HarpApiLost
    expr: harp_api_fresh == 0
    for: 5m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpApiLost") | nindent 4 }}
      summary: "The speaker {{`{{ $labels.instance }}`}} does not hear from the API server"
      description: >-
        It goes on with what it knows; takeover works. New Services and changes of endpoints do not reach it.
  {{- end }}
  {{- end }}
  {{- with $rule.plannerStale }}
  {{- if .enabled }}
  - alert: HarpPlannerWithoutApi
    expr: max(harp_api_fresh) == 0
    for: 1m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpPlannerWithoutApi") | nindent 4 }}
      summary: "No speaker hears from the API server"
      description: >-
        Who plans does so with old data. Nothing is withdrawn and takeover works, but new Services are not announced.
  {{- end }}
  {{- end }}
  {{- with $rule.membershipUnencrypted }}
  {{- if .enabled }}
  - alert: HarpMembershipUnencrypted
    expr: harp_membership_encrypted == 0
    for: 5m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpMembershipUnencrypted") | nindent 4 }}
      summary: "The speaker {{`{{ $labels.instance }}`}} has no secret"
      description: >-
        Whoever reaches the membership's port can join it and take addresses away. Mount the Secret of speaker.memberlist.
  {{- end }}
  {{- end }}
  {{- with $rule.webhookCertificate }}
  {{- if .enabled }}
  - alert: HarpWebhookCertificateExpiring
    expr: harp_webhook_certificate_expiry_timestamp_seconds - time() < {{ .days }} * 86400
    for: 10m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpWebhookCertificateExpiring") | nindent 4 }}
      summary: "The webhook's certificate ends in {{`{{ $value | humanizeDuration }}`}}"
      description: >-
        The controller renews it 90 days before it ends, so something keeps it from doing that. When it has ended, pools and advertisements cannot be changed.
  {{- end }}
  {{- end }}
  {{- with $rule.captureDropping }}
  {{- if .enabled }}
  - alert: HarpCaptureDropping
    expr: sum by (instance) (rate(harp_capture_drops_total[5m])) > 0
    for: 5m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HarpCaptureDropping") | nindent 4 }}
      summary: "The packet monitor {{`{{ $labels.instance }}`}} loses packets"
      description: >-
        Give it more CPU, a filter or a shorter snap length.
  {{- end }}
  {{- end }}
  {{- with $rule.highNetworkUtilization }}
  {{- if .enabled }}
  {{- $devices := printf "{device!~%q}" .excludeDevices }}
  - alert: HighNetworkUtilization
    expr: >-
      node_network_receive_bytes_per_second{{ $devices }} > {{ .bytesPerSecond }}
      or node_network_transmit_bytes_per_second{{ $devices }} > {{ .bytesPerSecond }}
    for: 10m
    {{- include "harp.alert" (dict "rule" $rule "labels" .labels "name" "HighNetworkUtilization") | nindent 4 }}
      summary: {{`"{{ $labels.device }} of {{ $labels.instance }} moves {{ $value | humanize }}B/s"`}}
      description: >-
        All traffic of an address passes through the node that owns it. Addresses can be moved by node selectors of advertisements.
  {{- end }}
  {{- end }}
  {{- with $rule.extraAlerts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "harp.alert" -}}
{{- with .labels -}}
labels:
  {{- toYaml . | nindent 2 }}
{{- end }}
annotations:
  runbook_url: {{ .rule.runbookUrl }}#{{ .runbook | default .name | lower }}
{{- end -}}
