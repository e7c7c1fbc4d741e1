package io.harp.speaker;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.harp.kube.Clients;
import io.harp.kube.KubeEvent;
import io.harp.kube.PodAddress;
import io.harp.kube.PodAddresses;
import io.harp.kube.RawServices;
import io.harp.kube.Watches;
import io.harp.loop.Clock;
import io.harp.loop.Loop;
import io.harp.model.NodeName;
import io.harp.ops.OpsServer;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.election.Grouping;
import io.harp.speaker.link.Gateways;
import io.harp.speaker.link.RawFrames;
import io.harp.speaker.link.WireCounters;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.membership.ClusterSettings;
import io.harp.speaker.membership.JGroupsCluster;
import io.harp.speaker.membership.Timers;
import io.harp.speaker.ownership.Speaker;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.View;
import io.harp.speaker.status.MoveRecorder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running speaker: the loop that owns {@link Speaker}, and the edges that post to it. */
final class Daemon {

  private static final Logger log = LoggerFactory.getLogger("speaker");

  /** Events that may wait. Membership and API wait at the bound; frames are dropped and counted. */
  private static final int INBOX = 10_000;

  /** A loop that has not turned for so long is not healthy, in milliseconds. */
  private static final long STALLED_MS = 3_000;

  /** How long the first join waits to learn who the others are, in milliseconds. */
  private static final long PEERS_WAIT_MS = 5_000;

  /** A watch that has been in trouble for longer means that what it told is no longer current. */
  private static final long FRESH_MS = 2_000;

  /** Routes change seldom, and reading them costs the loop a tenth of a millisecond. */
  private static final long GATEWAYS_MS = 10_000;

  /** A speaker of the same node name is given so long to be found dead. */
  private static final long DUPLICATE_MS = 5_000;

  private final Settings settings;
  private final Clock clock = Clock.system();
  private final Gate gate = new Gate();
  private final WireCounters wire = new WireCounters();
  private final Loop loop = new Loop("speaker", clock, 100, INBOX);
  private final CountDownLatch peersKnown = new CountDownLatch(1);
  private final KubernetesClient client;
  private final SpeakerMetrics metrics;
  private final MoveRecorder recorder;
  private final JournalBook journal;
  private final WorldBook world;
  private final LateCluster cluster;
  private final Speaker speaker;
  private final RawFrames frames;
  private final Watches watches;
  private final @Nullable PodAddresses pods;
  private final OpsServer ops;
  private volatile List<InetSocketAddress> peers = List.of();
  private volatile @Nullable JGroupsCluster joined;
  private volatile boolean ready;
  private long nextGateways;
  private long nextFreshness = Long.MIN_VALUE;
  private long duplicateSince = -1;

  private Daemon(Settings settings) throws IOException {
    this.settings = settings;
    this.metrics = new SpeakerMetrics(settings.node(), wire);
    this.client = Clients.connect();
    this.recorder = new MoveRecorder(client, settings.namespace(), settings.node());
    this.journal = new JournalBook(settings.node(), recorder, metrics);
    this.world =
        new WorldBook(new Grouping(settings.loadBalancerClass(), settings.ignoreExcludeLabel()));
    this.ops = serve();
    Member self = new Member(settings.node(), new SecureRandom().nextLong());
    this.cluster = new LateCluster(self);
    LatePort port = new LatePort();
    long wallOffset = clock.wallMs() - clock.nowMs();
    this.speaker = new Speaker(settings.protocol(), cluster, port, journal, wallOffset);
    this.pods =
        settings
            .labels()
            .map(l -> PodAddresses.watch(client, settings.namespace(), l, clock, this::pods))
            .orElse(null);
    this.frames = RawFrames.start(settings.wire(), gate, clock, wire, new FromWire());
    port.frames = frames;
    this.watches =
        Watches.start(
            client,
            settings.namespace(),
            Watches.FOR_SPEAKER,
            clock,
            RawServices.IGNORED,
            this::fromApi);
  }

  /**
   * Starts everything. Returns once the membership is joined.
   *
   * @throws IOException if a port is taken
   */
  static Daemon start(Settings settings) throws IOException {
    Daemon daemon = new Daemon(settings);
    daemon.loop.start(daemon::tick);
    daemon.join();
    return daemon;
  }

  private OpsServer serve() throws IOException {
    metrics.gauge("metallb_k8s_client_config_loaded_bool", () -> world().isConfigLoaded() ? 1 : 0);
    metrics.gauge("metallb_k8s_client_config_stale_bool", () -> world().isConfigStale() ? 1 : 0);
    metrics.counter("metallb_k8s_client_updates", () -> world().updates());
    metrics.gauge("harp_membership_encrypted", () -> settings.key().isSecret() ? 1 : 0);
    metrics.gauge("harp_api_fresh", () -> fresh(clock.nowMs()) ? 1 : 0);
    metrics.gauge("harp_loop_waiting", loop::waiting);
    metrics.counter("harp_loop_dropped", loop::dropped);
    metrics.counter("harp_api_writes", () -> recorder.written());
    metrics.counter("harp_api_write_failures", () -> recorder.failed());
    metrics.counter("harp_kernel_drops", () -> frames().map(RawFrames::kernelDrops).orElse(0L));
    metrics.counter("harp_membership_doubts", () -> sum(c -> c.doubts.sum()));
    metrics.counter("harp_membership_suspicions", () -> sum(c -> c.suspicions.sum()));
    metrics.counter("harp_membership_refused", () -> sum(c -> c.refused.sum()));
    metrics.counter("harp_membership_stalls", () -> sum(c -> c.stalls.sum()));
    metrics.counter("harp_membership_merges", () -> sum(c -> c.merges.sum()));
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(metrics);
    try {
      return OpsServer.start(
          settings.metrics(), registry, this::unhealthy, this::notReady, Map.of());
    } catch (IOException e) {
      throw new IOException(
          "--metrics-port: "
              + settings.metrics().getPort()
              + " cannot be used ("
              + e.getMessage()
              + "): free it, or choose another one",
          e);
    }
  }

  private WorldBook world() {
    return world;
  }

  private Optional<RawFrames> frames() {
    return Optional.ofNullable(frames);
  }

  private double sum(java.util.function.ToLongFunction<io.harp.speaker.membership.Counters> value) {
    JGroupsCluster c = joined;
    return c == null ? 0 : value.applyAsLong(c.counters());
  }

  private Optional<String> unhealthy() {
    long stalled = loop.stalledMs();
    return stalled > STALLED_MS
        ? Optional.of("the loop has not turned for " + stalled + " ms")
        : Optional.empty();
  }

  private Optional<String> notReady() {
    return ready
        ? unhealthy()
        : Optional.of("the first view or the first full list of the API is still missing");
  }

  private void join() throws IOException {
    try {
      if (pods != null && !peersKnown.await(PEERS_WAIT_MS, TimeUnit.MILLISECONDS)) {
        log.warn("The API does not say where the other speakers are; they will find this one");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ClusterSettings how =
        new ClusterSettings(
            cluster.self(),
            settings.membership(),
            peers,
            settings.key(),
            new Timers((int) settings.protocol().detectionMs()));
    JGroupsCluster c;
    try {
      c = JGroupsCluster.join(how, new FromCluster());
    } catch (IOException e) {
      throw new IOException(
          e.getMessage()
              + "; the port is set by METALLB_ML_BIND_PORT or --port, the address by"
              + " METALLB_ML_BIND_ADDR",
          e);
    }
    cluster.joined(c);
    joined = c;
    c.setPeers(peers);
    // What was said before the membership could carry it is said again.
    loop.post(() -> speaker.apiFresh(fresh(clock.nowMs())));
    loop.post(() -> speaker.say());
  }

  private long tick(long now) {
    if (now >= nextFreshness) {
      nextFreshness = now + 250;
      speaker.apiFresh(fresh(now));
    }
    if (now >= nextGateways) {
      nextGateways = now + GATEWAYS_MS;
      speaker.gateways(Gateways.read());
    }
    world
        .takeGroups(now, System.nanoTime())
        .ifPresent(groups -> {
          metrics.groups(groups);
          speaker.world(groups, watches.freshness().newest(), now);
        });
    long next = speaker.tick(now);
    long open = speaker.mayRespondUntil(now) - now;
    gate.openFor(open);
    ready = ready || speaker.isReady();
    journal.flush(speaker.plan().map(Plan::epoch).map(Object::toString).orElse(""));
    return Math.min(Math.min(next, world.nextMs()), nextFreshness);
  }

  private boolean fresh(long now) {
    Watches w = watches;
    return w != null && w.freshness().isFresh(now, FRESH_MS);
  }

  private void fromApi(KubeEvent event) {
    loop.post(() -> world.on(event));
  }

  private void pods(List<PodAddress> found) {
    Set<NodeName> nodes = new HashSet<>();
    List<InetSocketAddress> addresses =
        found.stream()
            .map(p -> {
              nodes.add(p.node());
              return socket(p);
            })
            .toList();
    peers = addresses;
    JGroupsCluster c = joined;
    if (c != null) {
      c.setPeers(addresses);
    }
    nodes.add(settings.node());
    loop.post(() -> speaker.expected(nodes));
    peersKnown.countDown();
  }

  private InetSocketAddress socket(PodAddress pod) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(pod.ip().bytes()), settings.membership().getPort());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  /**
   * Hands everything over and leaves.
   *
   * @param withinMs how long handing over may take, in milliseconds
   */
  void stop(long withinMs) {
    long end = clock.nowMs() + withinMs;
    CountDownLatch drained = new CountDownLatch(1);
    loop.post(() -> speaker.drain(clock.nowMs()));
    loop.post(new WhenDrained(drained, end));
    try {
      boolean done = drained.await(withinMs + 100, TimeUnit.MILLISECONDS);
      log.info("Leaving{}", done ? "" : " without having handed over everything");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loop.close();
    cluster.close();
    frames.close();
    watches.close();
    if (pods != null) {
      pods.close();
    }
    recorder.close();
    ops.close();
  }

  /** Looks again until nothing is held, or time is up. */
  private final class WhenDrained implements Runnable {
    private final CountDownLatch drained;
    private final long end;

    WhenDrained(CountDownLatch drained, long end) {
      this.drained = drained;
      this.end = end;
    }

    @Override
    public void run() {
      long now = clock.nowMs();
      if (speaker.isDrained() || now >= end) {
        speaker.leave();
        drained.countDown();
      } else {
        Thread.ofVirtual()
            .start(() -> {
              java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
              loop.post(this);
            });
      }
    }
  }

  private final class FromCluster implements Cluster.Events {
    @Override
    public void view(View view) {
      loop.post(() -> speaker.view(view, clock.nowMs()));
    }

    @Override
    public void suspected(Member member) {
      loop.post(() -> speaker.suspected(member, clock.nowMs()));
    }

    @Override
    public void message(Member from, byte[] message) {
      loop.post(() -> speaker.message(from, message, clock.nowMs()));
    }

    @Override
    public void duplicate(Member first, InetSocketAddress where) {
      loop.post(() -> duplicated(first, where));
    }
  }

  // An earlier life of this speaker may linger in the view for a moment; a second one stays.
  private void duplicated(Member first, InetSocketAddress where) {
    long now = clock.nowMs();
    if (duplicateSince < 0) {
      duplicateSince = now;
      Thread.ofVirtual()
          .start(() -> {
            java.util.concurrent.locks.LockSupport.parkNanos(DUPLICATE_MS * 1_000_000);
            loop.post(() -> refuseIfStill(first, where));
          });
    }
  }

  private void refuseIfStill(Member first, InetSocketAddress where) {
    if (speaker.sees(first)) {
      log.error(
          "A speaker at {} already runs as node {}: every speaker needs the name of its own node"
              + " (METALLB_NODE_NAME)",
          where,
          settings.node());
      System.err.println(
          "speaker: another speaker at " + where + " already runs as node " + settings.node());
      Runtime.getRuntime().halt(1);
    }
    duplicateSince = -1;
  }

  private final class FromWire implements FramePort.Events {
    @Override
    public void links(List<Link> links) {
      loop.post(() -> {
        journal.links(links);
        speaker.links(links, clock.nowMs());
      });
    }

    @Override
    public void heard(Heard heard) {
      loop.offer(() -> speaker.heard(heard, clock.nowMs()));
    }
  }

  /** Breaks the knot of the start: the port needs who listens, the speaker needs the port. */
  private static final class LatePort implements FramePort {
    volatile @Nullable RawFrames frames;

    @Override
    public void publish(
        io.harp.speaker.announcement.Held held, Set<io.harp.model.Address> watched) {
      RawFrames f = frames;
      if (f != null) {
        f.publish(held, watched);
      }
    }

    @Override
    public void announce(
        int link,
        io.harp.model.Address address,
        Optional<io.harp.speaker.protocol.Trailer> trailer) {
      RawFrames f = frames;
      if (f != null) {
        f.announce(link, address, trailer);
      }
    }

    @Override
    public void probe(
        int link,
        io.harp.model.Address address,
        Optional<io.harp.speaker.protocol.Trailer> trailer) {
      RawFrames f = frames;
      if (f != null) {
        f.probe(link, address, trailer);
      }
    }

    @Override
    public long lastForeignMs(int link) {
      RawFrames f = frames;
      return f == null ? Long.MIN_VALUE : f.lastForeignMs(link);
    }
  }
}
