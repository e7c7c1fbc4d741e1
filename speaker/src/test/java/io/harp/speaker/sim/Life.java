package io.harp.speaker.sim;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.ownership.Journal;
import io.harp.speaker.ownership.Settings;
import io.harp.speaker.ownership.Speaker;
import io.harp.speaker.protocol.Codec;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.Unreadable;
import io.harp.speaker.protocol.View;
import io.harp.speaker.sim.Lan.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One life of a speaker process: the real {@link Speaker}, the loop that drives it and the
 * responder that answers for it, both standing still while the process is stopped.
 */
final class Life implements Membership.Host, FramePort, Journal {

  private static final long LONGEST_MS = 100;

  private final Timeline time;
  final Machine machine;
  final Member self;
  final Membership.Seat seat;
  final Speaker speaker;
  private final Witness witness;
  private final long baseMs;

  /** Whether it was ever in a view with another one. */
  boolean metSomebody;

  /** How busy the machine is. */
  long answerDelayMs;

  /** How often it said that it is mute, and that it may speak again. */
  int mutings;

  /** How often it has looked at the clock. */
  int looks;

  /** The version of a list of objects that never change: the later listed, the higher. */
  long listed;

  int unmutings;

  Set<NodeName> heldOff = Set.of();
  final List<String> unmet = new ArrayList<>();
  final Map<Incident, Integer> incidents = new EnumMap<>(Incident.class);

  private final Mutant mutant;
  private long stoodStillMs;
  private boolean dead;
  private boolean stopped;
  private long stoppedAt;

  /** When it last woke after a stop longer than its lease, in simulated ms. */
  long wokeAt = Long.MIN_VALUE;

  /** The addresses it claimed after that. */
  final Set<Address> claimedSinceWaking = new HashSet<>();

  private final Deque<Runnable> backlog = new ArrayDeque<>();
  private long deadlineMs;
  private long wakeAtMs = Long.MAX_VALUE;
  private Held published = Held.NONE;
  private boolean publishedAnew;
  private boolean wasRunning;
  private Set<Address> watched = Set.of();
  private long gateMs = Long.MIN_VALUE;
  private final Map<Integer, Long> foreignMs = new HashMap<>();
  private final Map<Address, Frame> lastSaid = new HashMap<>();
  private final Set<Address> tenures = new HashSet<>();
  private @Nullable Plan lastPlan;
  private boolean light;
  private boolean changed;

  Life(
      Timeline time,
      Membership membership,
      Machine machine,
      Settings settings,
      Witness witness,
      Mutant mutant,
      long wallOffsetMs) {
    this.mutant = mutant;
    this.time = time;
    this.machine = machine;
    this.witness = witness;
    // No two clocks of the cluster have anything in common.
    this.baseMs = time.between(1_000, 1_000_000_000);
    this.self = new Member(machine.name, time.between(1, Integer.MAX_VALUE - 1));
    this.seat = membership.open(self, this);
    this.speaker = new Speaker(settings, seat, this, this, wallOffsetMs - baseMs, () -> 0);
    loop(() -> {});
  }

  private long clock() {
    return time.nowMs() + baseMs - (mutant.clockStands() ? stoodStillMs : 0);
  }

  /** The time of its clock, in ms. */
  long now() {
    return clock();
  }

  // The loop

  @Override
  public int node() {
    return machine.number;
  }

  @Override
  public boolean isRunning() {
    return !dead && !stopped;
  }

  @Override
  public boolean isAlive() {
    return !dead;
  }

  @Override
  public Cluster.Events events() {
    return new Cluster.Events() {
      @Override
      public void view(View view) {
        metSomebody |= view.members().size() > 1;
        speaker.view(view, clock());
      }

      @Override
      public void suspected(Member member) {
        speaker.suspected(member, clock());
      }

      @Override
      public void message(Member from, byte[] message) {
        light =
            !speaker.message(
                from, mutant.equals(Mutant.NONE) ? message : misheard(message), clock());
      }
    };
  }

  private byte[] misheard(byte[] message) {
    try {
      return Codec.encode(mutant.hears(this, Codec.decode(message)));
    } catch (Unreadable e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void post(String what, Runnable event) {
    if (dead) {
      return;
    }
    if (!what.isEmpty()) {
      note(what);
    }
    if (stopped) {
      backlog.add(event);
    } else {
      loop(event);
    }
  }

  private void loop(Runnable event) {
    if (clock() >= deadlineMs) {
      tick();
    }
    light = false;
    event.run();
    changed |= !light;
    tick();
  }

  // As the daemon's loop does it: a glance is enough where nothing changed but the time.
  private void tick() {
    looks++;
    long next = changed ? speaker.tick(clock()) : speaker.glance(clock()).next();
    changed = false;
    if (next <= clock()) {
      throw new IllegalStateException("the speaker wants to be called again at once: " + next);
    }
    deadlineMs = Math.min(next, clock() + LONGEST_MS);
    gateMs = speaker.mayRespondUntil(clock());
    Plan plan = speaker.plan().orElse(null);
    if (plan != null && (lastPlan == null || !plan.epoch().equals(lastPlan.epoch()))) {
      note("follows plan " + plan.epoch() + " " + Story.plan(plan));
    }
    lastPlan = plan;
    witness.look(this);
    wake();
  }

  private void wake() {
    if (deadlineMs < wakeAtMs) {
      wakeAtMs = deadlineMs;
      time.atMs(
          deadlineMs - clock() + time.nowMs(),
          () -> {
            wakeAtMs = Long.MAX_VALUE;
            if (!dead && !stopped) {
              if (clock() >= deadlineMs) {
                tick();
              } else {
                wake();
              }
            }
          });
    }
  }

  // What happens to the process

  void kill(boolean nodeToo) {
    note(nodeToo ? "NODE CRASHES" : "KILLED");
    dead = true;
    if (!nodeToo) {
      machine.membership.died(self);
    }
    witness.look(this);
  }

  void stop() {
    note("STOPPED");
    stopped = true;
    stoppedAt = time.nowMs();
    witness.look(this);
  }

  /**
   * @param escapes whether a frame that had passed its check before the stop leaves only now
   * @param detector 0 doubts nobody, 1 doubts all, 2 doubts all and believes itself
   */
  void resume(boolean escapes, int detector, long leaseMs) {
    if (dead || !stopped) {
      return;
    }
    stoodStillMs += time.nowMs() - stoppedAt;
    note("CONTINUES" + (escapes ? ", and a frame escapes" : "") + ", detector " + detector);
    stopped = false;
    if (time.nowMs() - stoppedAt > leaseMs + LONGEST_MS) {
      wokeAt = time.nowMs();
      claimedSinceWaking.clear();
    }
    if (escapes && !lastSaid.isEmpty()) {
      witness.escaped = true;
      Nic nic = machine.nics.getFirst();
      nic.lan.broadcast(nic.station, lastSaid.values().iterator().next());
    }
    List<Runnable> waiting = new ArrayList<>(backlog);
    backlog.clear();
    witness.look(this);
    for (Runnable event : waiting) {
      loop(event);
    }
    loop(() -> {});
    if (detector == 1) {
      seat.woke(true);
    } else if (detector == 2) {
      seat.wokeAlone();
    }
  }

  boolean isStopped() {
    return stopped;
  }

  void drain() {
    note("SIGTERM");
    post("", () -> speaker.drain(clock()));
    long end = time.nowMs() + 2_000;
    drained(end);
  }

  private void drained(long end) {
    if (dead) {
      return;
    }
    if (!stopped && (speaker.isDrained() || time.nowMs() >= end)) {
      loop(speaker::leave);
      note("leaves");
      seat.close();
      // The responder lives a moment longer than the membership.
      time.afterMs(
          2,
          () -> {
            dead = true;
            witness.look(this);
          });
      return;
    }
    time.afterMs(5, () -> drained(end));
  }

  void world(List<Group> groups, long revision) {
    post("", () -> speaker.world(groups, newest(revision), clock()));
  }

  void reached(long revision) {
    post("", () -> speaker.reached(newest(revision), clock()));
  }

  private Revision newest(long revision) {
    return new Revision(List.of(revision, listed));
  }

  void apiFresh(boolean fresh) {
    post(fresh ? "API back" : "API LOST", () -> speaker.apiFresh(fresh, clock()));
  }

  void expected(Set<NodeName> nodes) {
    post("", () -> speaker.expected(nodes));
  }

  void gateways(Set<Address> gateways) {
    post("", () -> speaker.gateways(gateways));
  }

  void links(List<Link> links) {
    post("", () -> speaker.links(links, clock()));
  }

  // The responder

  /** Whether it would answer a request for {@code address} now. */
  boolean answers(Address address, Nic nic) {
    return !dead
        && !stopped
        && nic.carrier
        && clock() < gateMs
        && published.links(address).contains(nic.link)
        && !(mutant.letsGoAtPlan() && isGivenAway(address));
  }

  private boolean isGivenAway(Address address) {
    Assignment a = lastPlan == null ? null : lastPlan.assignments().get(address);
    return a != null && !a.owner().equals(self);
  }

  /** Whether it would answer on any card. */
  boolean answers(Address address) {
    return machine.nics.stream().anyMatch(n -> answers(address, n));
  }

  /** Whether what it answers may have changed since the last call. */
  boolean hasChanged() {
    boolean changed = publishedAnew || wasRunning != isRunning();
    publishedAnew = false;
    wasRunning = isRunning();
    return changed;
  }

  void receive(Nic nic, Frame frame) {
    if (dead) {
      return;
    }
    Runnable handle = () -> handle(nic, frame);
    if (stopped) {
      backlog.add(handle);
    } else {
      handle(nic, frame);
    }
  }

  private void handle(Nic nic, Frame frame) {
    foreignMs.put(nic.link, clock());
    Address address = frame.address();
    Optional<Heard> heard = Optional.empty();
    switch (frame) {
      case Frame.Gratuitous f ->
          heard = Optional.of(new Heard.Claim(nic.link, address, f.sender(), false, f.trailer()));
      case Frame.Answer f ->
          heard =
              Optional.of(new Heard.Claim(nic.link, address, f.sender(), true, Optional.empty()));
      case Frame.Probe f -> {
        answer(nic, f);
        heard = Optional.of(new Heard.Probe(nic.link, address, f.sender(), f.trailer()));
      }
      case Frame.Request f -> answer(nic, f);
    }
    if (watched.contains(address)) {
      heard
          .flatMap(h -> mutant.hears(this, h))
          .ifPresent(h -> loop(() -> light = !speaker.heard(h, clock())));
    }
  }

  private void answer(Nic nic, Frame frame) {
    if (answerDelayMs > 0) {
      time.afterMs(answerDelayMs, () -> answerNow(nic, frame));
    } else {
      answerNow(nic, frame);
    }
  }

  private void answerNow(Nic nic, Frame frame) {
    if (answers(frame.address(), nic)) {
      witness.sent(this, frame.address(), false);
      nic.lan.unicast(nic.station, frame.sender(), new Frame.Answer(frame.address(), nic.mac()));
    }
  }

  // FramePort

  @Override
  public void publish(Held held, Set<Address> watched) {
    if (!mutant.keepsWhileMute() || speaker.mayRespondUntil(clock()) > clock()) {
      this.published = held;
    }
    this.publishedAnew = true;
    this.watched = Set.copyOf(watched);
  }

  @Override
  public void announce(int link, Address address, Optional<Trailer> trailer) {
    say(link, address, trailer);
    if (mutant.finishesBursts()) {
      for (long after : List.of(100L, 400L, 1_200L, 3_000L)) {
        time.afterMs(
            after,
            () -> {
              if (isRunning()) {
                say(link, address, trailer);
              }
            });
      }
    }
  }

  private void say(int link, Address address, Optional<Trailer> trailer) {
    Nic nic = machine.nic(link);
    if (nic.carrier) {
      note(() -> "announces " + address + " " + Story.trailer(trailer));
      Frame frame =
          new Frame.Gratuitous(address, nic.mac(), trailer.map(t -> mutant.says(this, t)));
      if (link == 2) {
        lastSaid.put(address, frame);
      }
      witness.sent(this, address, true);
      // Once as a request and once as a reply.
      nic.lan.broadcast(nic.station, frame);
      nic.lan.broadcast(nic.station, frame);
    }
  }

  @Override
  public void probe(int link, Address address, Optional<Trailer> trailer) {
    if (mutant.challengesAloud() && trailer.filter(t -> t.since() != 0).isPresent()) {
      announce(link, address, trailer);
      return;
    }
    Nic nic = machine.nic(link);
    if (nic.carrier) {
      note(() -> "probes " + address + " " + Story.trailer(trailer));
      nic.lan.broadcast(
          nic.station, new Frame.Probe(address, nic.mac(), trailer.map(t -> mutant.says(this, t))));
      if (mutant.answersItself() && trailer.isPresent()) {
        Heard own = new Heard.Claim(link, address, nic.mac(), true, Optional.empty());
        time.afterUs(100, () -> post("", () -> light = !speaker.heard(own, clock())));
      }
    }
  }

  @Override
  public long lastForeignMs(int link) {
    return mutant.ignoresForeign() ? Long.MIN_VALUE : foreignMs.getOrDefault(link, Long.MIN_VALUE);
  }

  // Journal

  @Override
  public void claimed(Address address, Group group, Reason reason, long since) {
    note(() -> "CLAIMS " + address + " (" + reason + ")");
    claimedSinceWaking.add(address);
    if (!tenures.add(address)) {
      witness.wrong(6, machine.name + " claims " + address + " though it holds it");
    }
    witness.claimed(this, address, since);
  }

  @Override
  public void released(Address address, Release why) {
    note(() -> "releases " + address + ": " + why);
    if (!tenures.remove(address)) {
      witness.wrong(6, machine.name + " releases " + address + " it did not claim");
    }
    witness.released(this, address, why);
  }

  @Override
  public void ceded(Address address, MacAddress to, boolean stranger) {
    note(() -> "cedes " + address + " to " + to + (stranger ? ", a stranger" : ""));
    if (stranger) {
      witness.wrong(2, machine.name + " takes a speaker for a stranger");
    }
  }

  @Override
  public void conflict(Address address, MacAddress stranger, boolean resolved) {
    note(() -> "sees a stranger " + stranger + " with " + address + (resolved ? " leave" : ""));
    witness.strangers++;
    witness.conflictsOver += resolved ? 1 : 0;
  }

  @Override
  public void disputed(Address address, MacAddress rival, boolean won) {
    note(() -> (won ? "wins " : "loses ") + address + " against " + rival);
  }

  @Override
  public void muted(boolean muted, String why) {
    mutings += muted ? 1 : 0;
    unmutings += muted ? 0 : 1;
    note(() -> (muted ? "MUTE: " : "may speak: ") + why);
  }

  @Override
  public void heldOff(Set<NodeName> nodes) {
    heldOff = nodes;
    note(() -> "holds off " + nodes);
  }

  @Override
  public void wishUnmet(Group group, String why) {
    note(() -> "leaves " + group.name() + " where it is: " + why);
    unmet.add(why);
  }

  @Override
  public void happened(Incident what, String text) {
    note(() -> what + ": " + text);
    incidents.merge(what, 1, Integer::sum);
  }

  @Override
  public void installed(View view) {}

  @Override
  public void announced(Address address) {}

  @Override
  public void refused(String why) {
    witness.wrong(0, machine.name + " refuses a message " + why);
  }

  private void note(String text) {
    note(() -> text);
  }

  private void note(java.util.function.Supplier<String> text) {
    time.note(() -> machine.name + ": " + text.get());
  }
}
