package io.harp.controller;

import io.harp.controller.admission.AdmissionSettings;
import io.harp.controller.leadership.Candidacy;
import io.harp.controller.status.EventWriter;
import io.harp.controller.status.LeaseStore;
import io.harp.kube.Api;
import io.harp.loop.Clock;
import io.harp.ops.OpsServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running controller: its pages, its part in the election, and its term while it leads. */
final class Daemon implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private static final long STALLED_MS = 10_000;

  /** Helm makes the Lease within a second of the Deployment. */
  private static final long LEASE_DUE_MS = 10_000;

  private final Clock clock = Clock.system();
  private final Settings settings;
  private final Api api;
  private final String identity;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ControllerMetrics metrics;
  private final Candidacy candidacy;
  private final Elector elector;
  private final List<OpsServer> pages = new ArrayList<>();
  private volatile @Nullable Webhooks webhooks;
  private volatile @Nullable Term term;
  private volatile boolean wasReady;

  private Daemon(Settings settings, Api api) throws IOException {
    this.settings = settings;
    this.api = api;
    this.identity = settings.podName() + "_" + UUID.randomUUID();
    candidacy = new Candidacy(identity);
    elector =
        new Elector(
            new LeaseStore(api, settings.namespace(), identity),
            candidacy,
            clock,
            clock.nowMs() + (settings.expectsLease() ? LEASE_DUE_MS : 0),
            new Office());
    metrics = new ControllerMetrics(registry, elector::leads, this::waiting, this::unwritten);
    serve(settings.metrics());
    if (settings.probes().isPresent()
        && settings.probes().get().getPort() != settings.metrics().getPort()) {
      serve(settings.probes().get());
    }
    if (settings.admission().isPresent()) {
      webhooks = webhooks(settings.admission().get());
    }
    if (settings.allocates()) {
      elector.start();
    }
  }

  /**
   * Starts a controller. It needs no API server to start.
   *
   * @throws IOException if a port cannot be bound
   */
  static Daemon start(Settings settings) throws IOException {
    return start(settings, Api.connect(Api.Traffic.MUCH));
  }

  static Daemon start(Settings settings, Api api) throws IOException {
    Daemon daemon = new Daemon(settings, api);
    log.info(
        "controller started: {}, namespace {}, class {}, metrics on port {}",
        daemon.identity,
        settings.namespace(),
        settings.lbClass().orElse("none"),
        daemon.pages.getFirst().port());
    return daemon;
  }

  /** The port of {@code /metrics}. */
  int port() {
    return pages.getFirst().port();
  }

  private void serve(InetSocketAddress address) throws IOException {
    try {
      pages.add(OpsServer.start(address, registry, this::health, this::readiness, Map.of()));
    } catch (IOException e) {
      close();
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
  }

  /** Without an election, as with onlywebhook, every replica may write: the API lets one win. */
  private Webhooks webhooks(AdmissionSettings wanted) throws IOException {
    try {
      return new Webhooks(
          wanted,
          api,
          clock,
          () -> !settings.allocates() || elector.leads(),
          new EventWriter(api, settings.podName(), metrics),
          registry);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private Optional<String> health() {
    Term now = term;
    long stalled = now == null ? 0 : now.stalledMs();
    return stalled < STALLED_MS
        ? Optional.empty()
        : Optional.of("the loop has done nothing for " + stalled + " ms");
  }

  /** A standby is ready, and a takeover does not make it unready: it can always be asked. */
  private Optional<String> readiness() {
    Term now = term;
    wasReady =
        wasReady
            || !settings.allocates()
            || elector.heard() && (now == null ? !elector.leads() : now.synced());
    Webhooks serving = webhooks;
    return wasReady
        ? health().or(() -> serving == null ? Optional.empty() : serving.complaint())
        : Optional.of("not everything has been read from the API yet");
  }

  private int waiting() {
    Term now = term;
    return now == null ? 0 : now.waiting();
  }

  private int unwritten() {
    Term now = term;
    return now == null ? 0 : now.unwritten();
  }

  @Override
  public void close() {
    Webhooks serving = webhooks;
    if (serving != null) {
      serving.close();
    }
    elector.close();
    pages.forEach(OpsServer::close);
  }

  /** Leading means having a term. */
  private final class Office implements Elector.Office {

    private int terms;

    @Override
    public void begin(boolean fence) {
      terms++;
      metrics.termBegan();
      Term next = new Term(settings, api, clock, () -> candidacy.mayWrite(clock.nowMs()), metrics);
      term = next;
      next.begin(fence, identity + "-" + terms);
    }

    @Override
    public boolean end() {
      Term last = term;
      term = null;
      return last == null || last.end();
    }
  }
}
