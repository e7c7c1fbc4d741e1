package io.harp.controller;

import io.harp.config.Config;
import io.harp.controller.admission.Admission;
import io.harp.controller.admission.AdmissionMetrics;
import io.harp.controller.admission.AdmissionSettings;
import io.harp.controller.admission.Severity;
import io.harp.controller.allocation.Note;
import io.harp.controller.status.EventWriter;
import io.harp.controller.status.WebhookSecret;
import io.harp.controller.status.WebhookTrust;
import io.harp.kube.Api;
import io.harp.kube.KubeEvent;
import io.harp.kube.PlainObjects;
import io.harp.kube.RawServices;
import io.harp.kube.Watches;
import io.harp.loop.Clock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** The webhooks of this replica, leader or not, with what they need of the API. */
final class Webhooks implements AutoCloseable {

  private final AtomicReference<Config> config = new AtomicReference<>(Config.EMPTY);
  private final Admission admission;
  private final Watches pools;

  /**
   * @param leads whether this replica writes the certificates
   * @throws IOException if the port cannot be bound
   */
  Webhooks(
      AdmissionSettings settings,
      Api api,
      Clock clock,
      BooleanSupplier leads,
      EventWriter events,
      PrometheusRegistry registry)
      throws IOException {
    List<String> configurations = new ArrayList<>(List.of(AdmissionSettings.CONFIGURATION));
    if (settings.portGuard() != Severity.OFF) {
      configurations.add(AdmissionSettings.PORT_GUARD_CONFIGURATION);
    }
    admission =
        Admission.start(
            settings,
            new PlainObjects(api, clock),
            new WebhookSecret(api, settings.namespace(), settings.secret()),
            new WebhookTrust(api, configurations, settings.namespace(), settings.service()),
            config::get,
            (namespace, name, version, what) ->
                events.aboutConfigMap(
                    namespace,
                    name,
                    version,
                    Note.warning("MalformedAssignments", what),
                    clock.wallMs()),
            leads,
            clock,
            new AdmissionMetrics(registry));
    pools =
        Watches.start(
            api,
            settings.namespace(),
            Set.of(Watches.Kind.POOLS),
            clock,
            RawServices.IGNORED,
            this::seen);
  }

  /** Why admission requests could not be answered now; empty if they can. */
  Optional<String> complaint() {
    return admission
        .complaint()
        .or(() ->
            pools.synced() ? Optional.empty() : Optional.of("the pools have not been read yet"));
  }

  private void seen(KubeEvent event) {
    if (event instanceof KubeEvent.ConfigSeen configuration) {
      config.set(configuration.config());
    }
  }

  @Override
  public void close() {
    pools.close();
    admission.close();
  }
}
