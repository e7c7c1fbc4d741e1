package io.harp.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.harp.config.Problem;
import io.harp.controller.allocation.Note;
import io.harp.controller.allocation.PoolUse;
import io.harp.controller.status.EventWriter;
import io.harp.controller.status.Notices;
import io.harp.controller.status.PoolStatusWriter;
import io.harp.controller.status.StatusWriter;
import io.harp.controller.status.Wanted;
import io.harp.kube.Clients;
import io.harp.kube.KubeEvent;
import io.harp.kube.Watches;
import io.harp.loop.Clock;
import io.harp.loop.Loop;
import io.harp.model.LbService;
import io.harp.model.ServiceKey;
import io.harp.ops.OpsServer;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running controller: the loop, its watches, its writers and its pages. */
final class Daemon implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Daemon.class);

  private static final int TICK_MS = 200;
  private static final int INBOX = 10_000;
  private static final long STALLED_MS = 10_000;

  private final Clock clock = Clock.system();
  private final Loop loop = new Loop("controller", clock, TICK_MS, INBOX);
  private final ControllerMetrics metrics;
  private final StatusWriter statuses;
  private final Notices notices;
  private final PoolStatusWriter pools;
  private final Controller controller;
  private final Watches watches;
  private final List<OpsServer> pages = new ArrayList<>();

  private Daemon(Settings settings, KubernetesClient client) throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    metrics = new ControllerMetrics(registry);
    statuses = new StatusWriter(client, () -> {}, metrics::failed);
    pools = new PoolStatusWriter(client);
    notices = new Notices(statuses, pools, new EventWriter(client, settings.podName()));
    controller = new Controller(settings.lbClass(), new Writers());
    serve(settings.metrics(), registry);
    if (settings.probes().isPresent()
        && settings.probes().get().getPort() != settings.metrics().getPort()) {
      serve(settings.probes().get(), registry);
    }
    loop.start(now -> {
      pools.tick(now);
      return now + TICK_MS;
    });
    watches =
        Watches.start(
            client,
            settings.namespace(),
            settings.allocates() ? Watches.FOR_CONTROLLER : Set.of(Watches.Kind.POOLS),
            clock,
            statuses,
            pools,
            event -> loop.post(() -> handle(event, settings.allocates())));
  }

  /**
   * Starts a controller. It needs no API server to start.
   *
   * @throws IOException if a port cannot be bound
   */
  static Daemon start(Settings settings) throws IOException {
    return start(settings, Clients.connect());
  }

  static Daemon start(Settings settings, KubernetesClient client) throws IOException {
    Daemon daemon = new Daemon(settings, client);
    log.info(
        "controller started: namespace {}, class {}, metrics on port {}",
        settings.namespace(),
        settings.lbClass().orElse("none"),
        daemon.pages.getFirst().port());
    return daemon;
  }

  /** The port of {@code /metrics}. */
  int port() {
    return pages.getFirst().port();
  }

  private void handle(KubeEvent event, boolean allocates) {
    metrics.updated();
    if (allocates) {
      controller.handle(event);
    }
  }

  private void serve(InetSocketAddress address, PrometheusRegistry registry) throws IOException {
    try {
      pages.add(OpsServer.start(address, registry, this::health, this::readiness, Map.of()));
    } catch (IOException e) {
      close();
      throw new IOException("cannot listen on " + address + ": " + e.getMessage(), e);
    }
  }

  private Optional<String> health() {
    long stalled = loop.stalledMs();
    return stalled < STALLED_MS
        ? Optional.empty()
        : Optional.of("the loop has done nothing for " + stalled + " ms");
  }

  private Optional<String> readiness() {
    return watches != null && watches.synced()
        ? health()
        : Optional.of("not everything has been read from the API yet");
  }

  @Override
  public void close() {
    if (watches != null) {
      watches.close();
    }
    statuses.close();
    loop.close();
    pages.forEach(OpsServer::close);
  }

  /** The effects, spread over the writers. Called on the loop. */
  private final class Writers implements Effects {

    private Set<Problem> told = Set.of();

    @Override
    public boolean status(LbService service, Wanted wanted) {
      return statuses.want(service, wanted);
    }

    @Override
    public void note(ServiceKey about, Note note) {
      switch (note.severity()) {
        case WARNING -> metrics.failed();
        case NORMAL -> {}
      }
      notices.aboutService(about, note, clock.wallMs());
    }

    @Override
    public void problems(List<Problem> problems) {
      metrics.configured(problems.isEmpty());
      problems.stream().filter(p -> !told.contains(p)).forEach(this::tell);
      told = new HashSet<>(problems);
    }

    private void tell(Problem problem) {
      String pool = "IPAddressPool ";
      if (problem.object().startsWith(pool)) {
        notices.aboutPool(
            problem.object().substring(pool.length()),
            Note.warning("ConfigurationError", problem.toString()),
            clock.wallMs());
      }
    }

    @Override
    public void usage(List<PoolUse> usage) {
      metrics.usage(usage);
      pools.want(usage);
    }
  }
}
