package io.harp.speaker;

import io.harp.kube.Api;
import io.harp.loop.Clock;
import io.harp.loop.Loop;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.election.Grouping;
import io.harp.speaker.flight.FlightRecorder;
import io.harp.speaker.flight.FramesPage;
import io.harp.speaker.link.Gateways;
import io.harp.speaker.link.Gateways.Gateway;
import io.harp.speaker.link.RawFrames;
import io.harp.speaker.link.WireCounters;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.membership.ClusterSettings;
import io.harp.speaker.membership.JGroupsCluster;
import io.harp.speaker.membership.Timers;
import io.harp.speaker.ownership.Speaker;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.scheduling.TimeSlice;
import io.harp.speaker.status.MoveRecorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running speaker: the loop that owns {@link Speaker}, and the edges that post to it. */
final class Daemon {

  private static final Logger log = LoggerFactory.getLogger("speaker");

  /** Events that may wait. Membership and API wait at the bound; frames are dropped and counted. */
  private static final int INBOX = 10_000;

  /** How long the first join waits to learn who the others are, in milliseconds. */
  private static final long PEERS_WAIT_MS = 5_000;

  /** Routes change seldom, and reading them costs the loop a tenth of a millisecond. */
  private static final long GATEWAYS_MS = 10_000;

  /** What telling the others of the end may take, beside handing over, in milliseconds. */
  private static final long LEAVE_MS = 120;

  private final Settings settings;
  private final Clock clock = Clock.system();
  private final Gate gate = new Gate(clock);
  private final WireCounters wire = new WireCounters();
  private final FlightRecorder flight = new FlightRecorder();
  private final Loop loop = new Loop("speaker", clock, 250, INBOX);
  private final Api api;
  private final SpeakerMetrics metrics;
  private final MoveRecorder recorder;
  private final JournalBook journal;
  private final WorldBook world;
  private final WorldWatch watch;
  private final LateCluster cluster;
  private final Speaker speaker;
  private final RawFrames frames;
  private final Peers peers;
  private final Namesakes namesakes;
  private final Pages pages;
  private long nextGateways;
  private long restsUntil = Long.MIN_VALUE;

  private Daemon(Settings settings) throws IOException {
    this.settings = settings;
    this.metrics = new SpeakerMetrics(settings.node(), wire);
    this.api = Api.connect();
    this.recorder = new MoveRecorder(api, settings.namespace(), settings.node(), clock);
    this.journal = new JournalBook(settings.node(), recorder, metrics, flight, clock);
    this.world =
        new WorldBook(new Grouping(settings.loadBalancerClass(), settings.ignoreExcludeLabel()));
    this.frames = new RawFrames(settings.wire(), gate, clock, wire, flight);
    this.cluster = new LateCluster(new Member(settings.node(), new SecureRandom().nextLong()));
    long wallOffset = clock.wallMs() - clock.nowMs();
    this.speaker = new Speaker(settings.protocol(), cluster, frames, journal, wallOffset);
    this.watch = new WorldWatch(loop, clock, world, speaker, metrics);
    this.namesakes = new Namesakes(settings.node(), speaker, loop);
    this.pages = new Pages(loop, () -> watch.fresh(clock.nowMs()), new FramesPage(flight, clock));
    pages.serve(settings, metrics, world, recorder, wire, frames, cluster);
    this.peers = Peers.watch(settings, api, clock, this::peers);
    frames.start(new FromWire());
  }

  /**
   * Starts everything. Returns once the membership is joined.
   *
   * @throws IOException if a port is taken
   */
  static Daemon start(Settings settings) throws IOException {
    Daemon daemon = new Daemon(settings);
    daemon.loop.post(TimeSlice::shorten);
    daemon.loop.start(daemon.new Looking());
    daemon.join();
    daemon.watch();
    return daemon;
  }

  /**
   * After joining: a start of all speakers at once is bound by what loading and compiling classes
   * costs, and who is not in the view when addresses are placed gets none.
   */
  private void watch() {
    RawFrames.warmUp();
    watch.start(settings, api);
  }

  private void join() throws IOException {
    if (!peers.await(PEERS_WAIT_MS)) {
      log.warn("The API does not say where the other speakers are; they will find this one");
    }
    ClusterSettings how =
        new ClusterSettings(
            cluster.self(),
            settings.membership(),
            peers.addresses(),
            settings.key(),
            new Timers((int) settings.protocol().detectionMs()));
    JGroupsCluster joined;
    try {
      joined = JGroupsCluster.join(how, new FromCluster());
    } catch (IOException e) {
      throw new IOException(
          e.getMessage()
              + "; the port is set by METALLB_ML_BIND_PORT or --port, the address by"
              + " METALLB_ML_BIND_ADDR",
          e);
    }
    cluster.joined(joined);
    joined.setPeers(peers.addresses());
    // What was said before the membership could carry it is said again.
    loop.post(() -> speaker.say());
  }

  private final class Looking implements Loop.Tick {

    @Override
    public long at(long now) {
      return tick(now);
    }

    @Override
    public long glance(long now) {
      if (now >= restsUntil) {
        return tick(now);
      }
      Speaker.Look look = speaker.glance(now);
      gate.openUntil(speaker.mayRespondUntil(now));
      return Math.min(look.whole() ? told(look.next()) : look.next(), restsUntil);
    }
  }

  private long tick(long now) {
    watch.tick(now);
    if (now >= nextGateways) {
      nextGateways = now + GATEWAYS_MS;
      List<Gateway> gateways = Gateways.read();
      frames.gateways(gateways);
      speaker.gateways(gateways.stream().map(Gateway::address).collect(Collectors.toSet()));
    }
    long next = speaker.tick(now);
    gate.openUntil(speaker.mayRespondUntil(now));
    restsUntil = Math.min(watch.nextMs(), nextGateways);
    return told(next);
  }

  /** Tells what came of a look at everything. */
  private long told(long next) {
    if (speaker.isReady()) {
      pages.ready();
    }
    metrics.planner(speaker.isPlanner());
    metrics.planned(speaker.plan().map(plan -> plan.assignments().size()).orElse(0));
    journal.flush(speaker.plan());
    // Freshness is looked at along with what the speaker wakes up for anyway.
    return Math.min(next, world.nextMs());
  }

  private void peers(Set<NodeName> nodes, List<InetSocketAddress> addresses) {
    cluster.setPeers(addresses);
    loop.post(() -> speaker.expected(nodes));
  }

  /**
   * Hands everything over and leaves.
   *
   * @param withinMs how long handing over may take, in milliseconds; {@link #LEAVE_MS} more, and
   *     whoever has not heard of it learns it from the sockets that close with the process
   */
  void stop(long withinMs) {
    long end = clock.nowMs() + withinMs + LEAVE_MS;
    boolean done = new Draining(speaker, loop, clock).drain(withinMs);
    log.info("Leaving{}", done ? "" : " without having handed over everything");
    loop.close();
    Thread edges = Thread.ofPlatform().name("closing").daemon().start(this::closeEdges);
    cluster.leave(Math.max(LEAVE_MS / 2, end - clock.nowMs()));
    try {
      edges.join(Duration.ofMillis(Math.max(1, end - clock.nowMs())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeEdges() {
    frames.close();
    watch.close();
    peers.close();
    recorder.close();
    pages.close();
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
      loop.postLight(() -> speaker.message(from, message, clock.nowMs()));
    }

    @Override
    public void duplicate(Member first, InetSocketAddress where) {
      loop.post(() -> namesakes.met(first, where));
    }
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
    public void flapped(List<String> names) {
      loop.post(() -> speaker.flapped(names, clock.nowMs()));
    }

    @Override
    public void heard(Heard heard) {
      loop.offerLight(() -> speaker.heard(heard, clock.nowMs()));
    }
  }
}
