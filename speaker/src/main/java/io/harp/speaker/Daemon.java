package io.harp.speaker;

import io.harp.kube.Api;
import io.harp.kube.KubeEvent;
import io.harp.kube.RawServices;
import io.harp.kube.StateKeeper;
import io.harp.kube.Watches;
import io.harp.kube.Watches.Kind;
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
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.View;
import io.harp.speaker.scheduling.TimeSlice;
import io.harp.speaker.status.MoveRecorder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running speaker: the loop that owns {@link Speaker}, and the edges that post to it. */
final class Daemon {

  private static final Logger log = LoggerFactory.getLogger("speaker");

  /** Events that may wait. Membership and API wait at the bound; frames are dropped and counted. */
  private static final int INBOX = 10_000;

  /** How long the first join waits to learn who the others are, in milliseconds. */
  private static final long PEERS_WAIT_MS = 5_000;

  /** A watch that has been in trouble for longer means that what it told is no longer current. */
  private static final long FRESH_MS = 2_000;

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
  private final LateCluster cluster;
  private final Speaker speaker;
  private final RawFrames frames;
  private final Peers peers;
  private final Namesakes namesakes;
  private final Pages pages;
  private volatile @Nullable Reading reading;
  private long nextGateways;
  private long nextFreshness = Long.MIN_VALUE;
  private long restsUntil = Long.MIN_VALUE;

  /** How far the watches were when all they had delivered had last been worked in. */
  private Revision followed = Revision.NONE;

  private boolean following;

  /** What is read from the API server for the speaker's work, and the word of how that went. */
  private record Reading(Watches watches, StateKeeper state) {}

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
    this.namesakes = new Namesakes(settings.node(), speaker, loop);
    this.pages = new Pages(loop, () -> fresh(clock.nowMs()), new FramesPage(flight, clock));
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
    StateKeeper state =
        StateKeeper.start(
            api,
            settings.namespace(),
            StateKeeper.Component.speaker(settings.node().text(), settings.pod()),
            clock,
            () -> true);
    Watches watches =
        Watches.start(
            api,
            settings.namespace(),
            Watches.FOR_SPEAKER,
            clock,
            RawServices.IGNORED,
            event -> fromApi(event, state));
    reading = new Reading(watches, state);
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
    if (now >= nextFreshness) {
      nextFreshness = now + 250;
      speaker.apiFresh(fresh(now), now);
      followWatches(now);
    }
    if (now >= nextGateways) {
      nextGateways = now + GATEWAYS_MS;
      List<Gateway> gateways = Gateways.read();
      frames.gateways(gateways);
      speaker.gateways(gateways.stream().map(Gateway::address).collect(Collectors.toSet()));
    }
    if (world.isDue(now)) {
      followWatches(now);
    }
    long next = speaker.tick(now);
    gate.openUntil(speaker.mayRespondUntil(now));
    restsUntil = Math.min(Math.min(nextFreshness, nextGateways), world.nextMs());
    return told(next);
  }

  /**
   * Has the groups worked out behind all that the watches have delivered so far. They are ahead of
   * this loop, and groups that pass for newer than what they are made of would be taken for the
   * truth by the others.
   */
  private void followWatches(long now) {
    if (following) {
      return;
    }
    Revision newest = newest();
    if (world.isDue(now) || !newest.equals(followed)) {
      following = loop.append(() -> followedTo(newest));
    }
  }

  private void followedTo(Revision newest) {
    following = false;
    long now = clock.nowMs();
    world
        .takeGroups(now, System.nanoTime())
        .ifPresent(groups -> {
          metrics.groups(groups);
          speaker.world(groups, newest, now);
        });
    if (world.isTaken()) {
      followed = newest;
      speaker.reached(newest, now);
    }
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

  // Metrics may ask before the watches are there.
  private boolean fresh(long now) {
    Reading r = reading;
    return r != null && r.watches.freshness().isFresh(now, FRESH_MS);
  }

  private Revision newest() {
    Reading r = reading;
    Map<Kind, Long> versions = r == null ? Map.of() : r.watches.freshness().resourceVersions();
    return new Revision(
        Arrays.stream(Kind.values()).map(kind -> versions.getOrDefault(kind, 0L)).toList());
  }

  private void fromApi(KubeEvent event, StateKeeper state) {
    if (event instanceof KubeEvent.ConfigSeen seen) {
      state.want(seen.problems(), "");
    }
    loop.post(() -> world.on(event));
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
    Reading r = reading;
    if (r != null) {
      r.watches.close();
      r.state.close();
    }
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
