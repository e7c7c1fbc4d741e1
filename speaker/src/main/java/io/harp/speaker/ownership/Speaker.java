package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * One speaker: takes what the membership, the segment and the API say, and decides what this node
 * answers for. The plan is advice; the right to answer is plan and fence and wire together.
 *
 * <p>Every method runs on the loop thread and gets the time of the monotonic clock. After each
 * event the loop calls {@link #tick}, which does what is due and sends what changed.
 */
public final class Speaker {

  private final Settings settings;
  private final Member self;
  private final FramePort port;
  private final Journal journal;

  private final Picture picture = new Picture();
  private final Cards cards;
  private final Isolation isolation;
  private final Fence fence;
  private final Roster roster;
  private final Planning planning;
  private final Surroundings around;
  private final Holdings holdings;
  private final Suspicions suspicions;
  private final Hellos hellos;
  private final Soundings soundings;
  private final Following following;
  private final Hearing hearing;
  private final Correspondence peers;
  private final Reporting reporting;
  private final Conduct conduct;
  private final Incoming incoming;
  private final Rounds rounds;

  /**
   * @param cluster already knows this member; its events are to be passed on to this object
   * @param wallOffsetMs what to add to the monotonic clock to get the wall clock, fixed at the
   *     start so that steps of the wall clock change nothing
   */
  public Speaker(
      Settings settings, Cluster cluster, FramePort port, Journal journal, long wallOffsetMs) {
    this(settings, cluster, port, journal, wallOffsetMs, System::nanoTime);
  }

  /**
   * @param nanos measures how long the parts of a turn take, which is all it is used for
   */
  public Speaker(
      Settings settings,
      Cluster cluster,
      FramePort port,
      Journal journal,
      long wallOffsetMs,
      LongSupplier nanos) {
    this.settings = settings;
    this.self = cluster.self();
    this.port = port;
    this.journal = journal;
    Agenda agenda = new Agenda(nanos);
    this.cards = new Cards(self.node(), settings.matchingSubnets());
    this.isolation = new Isolation(settings);
    this.fence = new Fence(settings, isolation);
    this.roster = new Roster(self);
    this.planning =
        new Planning(settings, agenda, self, roster, picture, journal, this::publishPlan, nanos);
    this.around = new Here(fence, roster, planning, picture, cards, wallOffsetMs);
    this.holdings = new Holdings(settings, agenda, port, journal, around);
    this.suspicions = new Suspicions(settings, agenda, this::probe);
    this.hellos = new Hellos(settings, roster, journal, this::hello);
    this.soundings = new Soundings(settings, roster, port);
    this.following =
        new Following(
            settings, roster, planning, holdings, suspicions, around, picture, journal, nanos);
    this.hearing =
        new Hearing(
            settings,
            cards,
            roster,
            planning,
            holdings,
            suspicions,
            new Disputes(settings, agenda, roster, planning, holdings, journal, around),
            hellos);
    this.peers = new Correspondence(settings, cluster, roster, planning, picture, journal);
    this.reporting =
        new Reporting(
            settings, roster, planning, picture, cards, soundings, holdings, following, peers);
    this.conduct =
        new Conduct(agenda, planning, following, holdings, reporting, picture, port, journal);
    this.incoming =
        new Incoming(fence, roster, planning, picture, following, peers, conduct, journal);
    this.rounds =
        new Rounds(
            settings,
            port,
            agenda,
            cards,
            fence,
            new Muteness(fence, isolation, journal),
            planning,
            holdings,
            hellos,
            new Segments(cards, soundings, journal),
            soundings,
            new Laggards(roster, journal),
            following,
            peers,
            reporting,
            conduct);
  }

  // What the membership says

  /** The membership agreed on a new view. */
  public void view(View view, long now) {
    if (!view.contains(self)) {
      // Nothing planned by others counts here any longer, and nothing said here counts for them.
      fence.excluded();
      journal.happened(
          Incident.EXCLUDED, "View " + view + " is without this node: mute until it is in one");
      return;
    }
    fence.view(view, now);
    following.view(now);
    roster.install(view);
    peers.view(now);
    journal.installed(view);
    hellos.view(now);
    reporting.report(now);
    if (view.merged()) {
      conduct.reassert("the views have merged", now);
    }
    planning.view(view, now).ifPresent(plan -> conduct.follow(plan, now));
  }

  /** The membership has doubts about {@code member}; a view without it may follow. */
  public void suspected(Member member, long now) {
    Report report = roster.reportOf(member);
    journal.happened(Incident.SUSPECTED, member.node() + " is silent: the membership doubts it");
    if (report != null && !member.equals(self) && settings.has(Rule.OVERLAP)) {
      suspicions.suspect(member, report.holds().keySet().stream().sorted().limit(2).toList(), now);
    }
  }

  /**
   * Bytes of another member; those that are no message are counted and dropped.
   *
   * @return whether more than a {@link #glance} is due
   */
  public boolean message(Member from, byte[] bytes, long now) {
    return incoming.message(from, bytes, now);
  }

  // What the API says

  /**
   * What the API says now.
   *
   * @param newGroups the addresses to own and the nodes that may own them
   * @param newest how far the watches have come
   */
  public void world(List<Group> newGroups, Revision newest, long now) {
    picture.seen(newGroups, newest);
    conduct.pictureChanged(now);
    peers.offerFacts();
  }

  /** How far the watches have come, whether or not anything changed that matters here. */
  public void reached(Revision newest, long now) {
    if (picture.reached(newest)) {
      conduct.pictureChanged(now);
    }
  }

  /** Whether the picture of the API is current, as far as the watches can tell. */
  public void apiFresh(boolean fresh, long now) {
    // Said four times a second, and a plan costs more than all else an idle speaker does.
    if (picture.fresh(fresh)) {
      conduct.pictureChanged(now);
    }
  }

  /** The nodes whose speakers should be there, this one included. */
  public void expected(Set<NodeName> nodes) {
    following.expect(nodes.size());
    planning.expect(nodes.size());
    int others = (int) nodes.stream().filter(node -> !node.equals(self.node())).count();
    isolation.expect(others);
    soundings.expect(others);
    hellos.expected(nodes);
  }

  // What the segment says

  /** The usable interfaces, after any change of one of them. */
  public void links(List<Link> next, long now) {
    boolean back = cards.update(next);
    isolation.carrier(next.stream().anyMatch(Link::carrier));
    conduct.surroundingsChanged();
    if (back) {
      // Whatever happened while the cable was out, nobody behind it heard of it.
      conduct.reassert("a cable is connected", now);
      conduct.followAgain(now);
    }
  }

  /** Links that were disconnected for a moment: nobody behind them heard what happened then. */
  public void flapped(List<String> names, long now) {
    conduct.reassert("the cable of " + String.join(", ", names) + " was out for a moment", now);
  }

  /**
   * Hosts other than the peers that answer as long as the segment does: the node's gateways.
   * Without one, the last of two nodes cannot tell a dead peer from a dead cable and goes on.
   */
  public void gateways(Set<Address> addresses) {
    soundings.gateways(addresses);
    isolation.gateway(!addresses.isEmpty());
  }

  /**
   * A frame about a watched address.
   *
   * @return whether more than a {@link #glance} is due
   */
  public boolean heard(Heard heard, long now) {
    fence.foreign(now);
    return hearing.heard(heard, now);
  }

  // The end of this speaker

  /** This speaker is about to stop: it hands over what it holds. */
  public void drain(long now) {
    reporting.drain();
    reporting.report(now);
    planning.touch();
  }

  /** Whether there is nothing left to hand over, or nobody to hand it to. */
  public boolean isDrained() {
    return reporting.isDraining() && holdings.slots().allHeld().isEmpty();
  }

  /** Stops answering for everything, at the very end. */
  public void leave() {
    holdings.releaseAll(Release.LEAVING);
  }

  // What time brings

  /**
   * Does what is due.
   *
   * @return when to call again at the latest
   */
  public long tick(long now) {
    return rounds.tick(now);
  }

  /**
   * What a look found.
   *
   * @param next when to call again at the latest
   * @param whole whether everything was looked at
   */
  public record Look(long next, boolean whole) {}

  /** As {@link #tick}, where nothing was told to this speaker since but what called for no more. */
  public Look glance(long now) {
    return rounds.glance(now);
  }

  private void publishPlan(Plan plan, long now) {
    peers.broadcast(plan);
    conduct.follow(plan, now);
  }

  private void probe(Address address) {
    Trailer trailer = around.trailer(0);
    for (int link : around.links(address)) {
      port.probe(link, address, Optional.of(trailer));
    }
  }

  // Any address that all speakers watch will do; what counts is the trailer.
  private void hello() {
    picture.addresses().stream().min(Address::compareTo).ifPresent(this::probe);
  }

  // What others want to know

  /** The end of the present right to send, by the monotonic clock; in the past if there is none. */
  public long mayRespondUntil(long now) {
    return fence.isOpen(now) ? fence.until() : now;
  }

  /** The addresses answered for, and since when (wall clock, ms). */
  public Map<Address, Long> held() {
    return holdings.slots().held();
  }

  /** Says again who this is and what it holds, to all. */
  public void say() {
    reporting.touch();
  }

  /** Whether {@code member} is in the present view. */
  public boolean sees(Member member) {
    return roster.isMember(member);
  }

  /** Whether a first view and a first picture of the API (or of a peer) are there. */
  public boolean isReady() {
    return roster.hasView() && picture.isKnown();
  }

  /** Whether it is this member's turn to plan. */
  public boolean isPlanner() {
    return planning.isPlanner();
  }

  /** The newest plan of the present view, if there is one. */
  public Optional<Plan> plan() {
    return planning.present();
  }
}
