package io.harp.controller.admission;

import io.harp.config.Config;
import io.harp.controller.hostports.NodeBook;
import io.harp.controller.hostports.PortGuard;
import io.harp.controller.status.WebhookSecret;
import io.harp.controller.status.WebhookTrust;
import io.harp.kube.Fields;
import io.harp.kube.PlainObjects;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import io.harp.loop.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The webhooks, running. Ready when the API server can call them and they know enough to answer;
 * until then the Service has no endpoint, and whoever changes a pool is told so.
 */
public final class Admission implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Admission.class);

  static final String POOLS = "/validate-metallb-io-v1beta1-ipaddresspool";
  static final String ADVERTISEMENTS = "/validate-metallb-io-v1beta1-l2advertisement";
  static final String SERVICES = "/warn-services";
  static final String HOST_PORTS = "/validate-host-ports";

  /** The kinds Harp does not serve. */
  static final List<String> UNSERVED =
      List.of(
          "/validate-metallb-io-v1beta1-community",
          "/validate-metallb-io-v1beta1-bgpadvertisement",
          "/validate-metallb-io-v1beta1-bfdprofile",
          "/validate-metallb-io-v1beta1-bgppeer",
          "/validate-metallb-io-v1beta2-bgppeer");

  /**
   * How long readiness waits for the port guard. Without its rights it would never be complete, and
   * a companion must not keep the pools' webhooks away.
   */
  private static final long GUARD_MS = 30_000;

  private final NodeBook nodes = new NodeBook();
  private final List<PlainObjects.Watching> watches = new ArrayList<>();
  private final Certificates certificates;
  private final Optional<PortGuard> guard;
  private final WebhookServer server;
  private final Clock clock;
  private final long guardDueMs;

  private Admission(
      AdmissionSettings settings,
      PlainObjects objects,
      WebhookSecret secret,
      WebhookTrust trust,
      Supplier<Config> config,
      PortGuard.Complaints complaints,
      BooleanSupplier leads,
      Clock clock,
      AdmissionMetrics metrics)
      throws IOException {
    this.clock = clock;
    guardDueMs = clock.nowMs() + GUARD_MS;
    certificates =
        new Certificates(
            secret,
            trust,
            Authority.ofService(settings.service(), settings.namespace()),
            settings.rotates(),
            leads,
            clock,
            metrics);
    Cluster cluster = new LiveCluster(objects, settings.namespace(), nodes, settings.occupied());
    guard =
        settings.portGuard() == Severity.OFF
            ? Optional.empty()
            : Optional.of(PortGuard.start(objects, nodes, complaints));
    server =
        WebhookServer.start(
            settings.address(),
            Limits.DEFAULT,
            certificates::context,
            new Desk(judges(settings, cluster, config, guard), metrics),
            metrics);
    watches.add(objects.watch(Resource.NODES, Scope.ALL, nodes));
    watches.add(
        objects.watch(
            Resource.SECRETS,
            Scope.in(settings.namespace()).withName(settings.secret()),
            new Poke()));
    for (String name : trust.configurations()) {
      watches.add(
          objects.watch(Resource.WEBHOOK_CONFIGURATIONS, Scope.ALL.withName(name), new Poke()));
    }
    certificates.start();
  }

  /**
   * Binds and starts; needs no API server to start.
   *
   * @param config the pools in force, for advice on Services
   * @param complaints who hears of reservations of host ports that cannot be read
   * @param leads whether this replica writes the certificates
   * @throws IOException if the port cannot be bound
   */
  public static Admission start(
      AdmissionSettings settings,
      PlainObjects objects,
      WebhookSecret secret,
      WebhookTrust trust,
      Supplier<Config> config,
      PortGuard.Complaints complaints,
      BooleanSupplier leads,
      Clock clock,
      AdmissionMetrics metrics)
      throws IOException {
    Admission admission =
        new Admission(settings, objects, secret, trust, config, complaints, leads, clock, metrics);
    log.info("webhooks on port {}", admission.port());
    return admission;
  }

  public int port() {
    return server.port();
  }

  /** Why admission requests could not be answered now; empty if they can. */
  public Optional<String> complaint() {
    return certificates
        .complaint()
        .or(() ->
            nodes.isListed() ? Optional.empty() : Optional.of("the nodes have not been read yet"))
        .or(this::guardComplaint);
  }

  /** A port guard that knows nothing yet lets everything through. */
  private Optional<String> guardComplaint() {
    return guard.isEmpty() || guard.get().isListed() || clock.nowMs() >= guardDueMs
        ? Optional.empty()
        : Optional.of("the port guard has not read the workloads yet");
  }

  @Override
  public void close() {
    certificates.close();
    watches.forEach(PlainObjects.Watching::close);
    guard.ifPresent(PortGuard::close);
    server.close();
  }

  private static Map<String, Judge> judges(
      AdmissionSettings settings,
      Cluster cluster,
      Supplier<Config> config,
      Optional<PortGuard> guard) {
    Map<String, Judge> judges = new HashMap<>();
    judges.put(POOLS, new PoolJudge(settings.namespace(), cluster, settings.overlaps()));
    judges.put(ADVERTISEMENTS, new AdvertisementJudge(settings.namespace(), cluster));
    judges.put(SERVICES, new ServiceJudge(settings.lbClass(), config));
    guard.ifPresent(g ->
        judges.put(HOST_PORTS, new HostPortJudge(g, settings.portGuard(), settings.lenient())));
    UNSERVED.forEach(path -> judges.put(path, new UnservedJudge()));
    return judges;
  }

  /** Wakes the certificates' keeper, who looks for himself. */
  private final class Poke implements PlainObjects.Sink {
    @Override
    public void seen(Fields object) {
      certificates.poke();
    }

    @Override
    public void gone(String namespace, String name) {
      certificates.poke();
    }

    @Override
    public void listed() {}
  }
}
