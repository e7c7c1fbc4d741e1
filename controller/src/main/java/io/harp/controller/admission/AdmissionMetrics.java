package io.harp.controller.admission;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;

/** What the webhook server does, in numbers. */
public final class AdmissionMetrics {

  private static final double NANOS = 1e9;

  private final Counter requests;
  private final Counter denials;
  private final Counter warnings;
  private final Histogram seconds;
  private final Counter refused;
  private final Gauge expiry;

  public AdmissionMetrics(PrometheusRegistry registry) {
    requests =
        Counter.builder()
            .name("harp_webhook_requests_total")
            .help("Admission requests answered")
            .labelNames("path", "code")
            .register(registry);
    denials =
        Counter.builder()
            .name("harp_webhook_denials_total")
            .help("Objects denied")
            .labelNames("path")
            .register(registry);
    warnings =
        Counter.builder()
            .name("harp_webhook_warnings_total")
            .help("Objects accepted with a warning")
            .labelNames("path")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("harp_webhook_duration_seconds")
            .help("Time to judge one request")
            .classicOnly()
            .classicUpperBounds(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
            .labelNames("path")
            .register(registry);
    refused =
        Counter.builder()
            .name("harp_webhook_refused_total")
            .help("Connections and requests refused before they were judged")
            .labelNames("reason")
            .register(registry);
    expiry =
        Gauge.builder()
            .name("harp_webhook_certificate_expiry_timestamp_seconds")
            .help("When the serving certificate of the webhooks ends")
            .register(registry);
  }

  void answered(String path, int code, long nanos) {
    requests.labelValues(path, String.valueOf(code)).inc();
    seconds.labelValues(path).observe(nanos / NANOS);
  }

  void decided(String path, Answer answer) {
    if (answer.denial().isPresent()) {
      denials.labelValues(path).inc();
    } else if (!answer.warnings().isEmpty()) {
      warnings.labelValues(path).inc();
    }
  }

  void refused(String reason) {
    refused.labelValues(reason).inc();
  }

  void certificateEnds(Instant when) {
    expiry.set((double) when.getEpochSecond());
  }
}
