package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.membership.Cluster.Delivery;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Codec;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Ping;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Pong;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Message.ReportedSubnet;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.Unreadable;
import io.harp.speaker.protocol.View;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One speaker: takes what the membership, the segment and the API say, and decides what this node
 * answers for. The plan is advice; the right to answer is plan and fence and wire together.
 *
 * <p>Every method runs on the loop thread and gets the time of the monotonic clock. After each
 * event the loop calls {@link #tick}, which does what is due and sends what changed.
 */
public final class Speaker {

  private static final long PERIODIC_REPORT_MS = 2_000;
  private static final int PING_NEIGHBOURS = 3;

  /** So long after its first view a speaker may not have met all peers yet. */
  private static final long NEW_MS = 5_000;

  private static final long ASK_OWNER_MS = 40;
  private static final int ASK_OWNERS = 8;

  /** A member whose report does not know a plan after this time is sent it again. */
  private static final long PLAN_ARRIVES_MS = 250;

  private final Settings settings;
  private final Member self;
  private final Cluster cluster;
  private final FramePort port;
  private final Journal journal;
  private final long wallOffsetMs;

  private final Agenda agenda = new Agenda();
  private final Isolation isolation;
  private final Fence fence;
  private final Roster roster;
  private final Planning planning;
  private final Holdings holdings;
  private final Suspicions suspicions;
  private final Disputes disputes;
  private final Hellos hellos;
  private final Soundings soundings;

  private Map<Integer, Link> links = Map.of();
  private final Set<Integer> connected = new HashSet<>();
  private Map<Address, Group> groups = Map.of();
  private boolean groupsKnown;
  private boolean apiFresh;
  private long revision;
  private boolean draining;
  private int expected;
  private long firstViewAt = Long.MAX_VALUE;
  private boolean toldMute;
  private boolean reportDue;
  private boolean watchesChanged;
  private long nextPing = Long.MIN_VALUE;
  private long nextAsk = Long.MIN_VALUE;
  private int askTurn;
  private long nextReport = Long.MIN_VALUE;
  private final Map<Member, Long> factsSent = new HashMap<>();

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
   * @param nanos measures how long planning takes, which is all it is used for
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
    this.cluster = cluster;
    this.port = port;
    this.journal = journal;
    this.wallOffsetMs = wallOffsetMs;
    this.isolation = new Isolation(settings);
    this.fence = new Fence(settings, isolation);
    this.roster = new Roster(self);
    this.planning = new Planning(settings, agenda, self, roster, this::publishPlan, nanos);
    this.holdings = new Holdings(settings, agenda, port, journal, new Around());
    this.suspicions = new Suspicions(settings, agenda, this::probe);
    this.disputes =
        new Disputes(settings, agenda, roster, planning, holdings, journal, new Around());
    this.hellos = new Hellos(settings, roster, this::hello);
    this.soundings = new Soundings(settings, roster, port);
  }

  /** The membership agreed on a new view. */
  public void view(View view, long now) {
    fence.view(view, now);
    firstViewAt = Math.min(firstViewAt, now);
    roster.install(view);
    factsSent.clear();
    journal.installed(view);
    hellos.view(now);
    nextPing = now;
    report(now);
    if (view.merged()) {
      holdings.reassert(now);
    }
    planning.view(view, now).ifPresent(plan -> apply(plan, now));
  }

  /** The membership has doubts about {@code member}; a view without it may follow. */
  public void suspected(Member member, long now) {
    Report report = roster.reportOf(member);
    if (report != null && !member.equals(self) && settings.has(Rule.OVERLAP)) {
      suspicions.suspect(member, report.holds().keySet().stream().sorted().limit(2).toList(), now);
    }
  }

  /** Bytes of another member; those that are no message are counted and dropped. */
  public void message(Member from, byte[] bytes, long now) {
    try {
      message(from, Codec.decode(bytes), now);
    } catch (Unreadable e) {
      journal.refused("from " + from + ": " + e.getMessage());
    }
  }

  private void message(Member from, Message message, long now) {
    switch (message) {
      case Ping m -> pinged(from, m);
      case Pong m -> fence.echo(m.view(), m.sentAtMs());
      case Report m -> reported(from, m, now);
      case Plan m -> planning.accept(m, now).ifPresent(plan -> apply(plan, now));
      case Facts m -> facts(m, now);
    }
  }

  // Only for a ping of this very view: an echo out of another view would prove what is not so.
  private void pinged(Member from, Ping ping) {
    if (roster.hasView() && ping.view().equals(roster.view().id())) {
      send(from, new Pong(ping.view(), ping.sentAtMs()), Delivery.DATAGRAM);
    }
  }

  private void reported(Member from, Report report, long now) {
    if (!roster.hasView() || !report.view().equals(roster.view().id())) {
      roster.keepEarly(from, report);
      return;
    }
    if (!roster.isMember(from)) {
      return;
    }
    roster.report(from, report);
    planning.touch();
    releaseWhatOthersTook();
    if (planning.isPlanner()) {
      offerFacts(from, report);
    }
    if (planning.isPlanner() || relays(from)) {
      planning
          .present()
          .filter(_ -> planning.publishedBefore(now - PLAN_ARRIVES_MS))
          .filter(plan -> isBehind(report, plan))
          .ifPresent(plan -> send(from, plan, Delivery.RELIABLE));
    }
  }

  // A plan that the planner cannot get through to a member takes the way over a third one.
  private boolean relays(Member to) {
    Member planner = roster.planner();
    return roster.view().members().stream()
        .filter(m -> !m.equals(to) && !m.equals(planner))
        .findFirst()
        .equals(Optional.of(self));
  }

  private boolean isBehind(Report report, Plan plan) {
    return report
        .plan()
        .filter(e -> e.view().equals(roster.view().id()))
        .map(e -> plan.epoch().replaces(e, roster.view()))
        .orElse(true);
  }

  private void offerFacts(Member to, Report report) {
    if (!report.apiFresh()
        && groupsKnown
        && report.revision() < revision
        && factsSent.getOrDefault(to, -1L) < revision) {
      factsSent.put(to, revision);
      send(
          to,
          new Facts(revision, List.copyOf(new LinkedHashSet<>(groups.values()))),
          Delivery.RELIABLE);
    }
  }

  // A picture of a peer is better than an old one of one's own.
  private void facts(Facts facts, long now) {
    if (!apiFresh && facts.revision() > revision) {
      revision = facts.revision();
      setGroups(facts.groups(), now);
    }
  }

  /**
   * What the API says now.
   *
   * @param newGroups the addresses to own and the nodes that may own them
   * @param newRevision the highest resourceVersion seen
   */
  public void world(List<Group> newGroups, long newRevision, long now) {
    revision = newRevision;
    setGroups(newGroups, now);
    for (Member member : roster.hasView() ? roster.view().members() : List.<Member>of()) {
      Report report = roster.reportOf(member);
      if (report != null && planning.isPlanner()) {
        offerFacts(member, report);
      }
    }
  }

  private void setGroups(List<Group> newGroups, long now) {
    Map<Address, Group> byAddress = new TreeMap<>();
    newGroups.forEach(group -> group.addresses().forEach(a -> byAddress.put(a, group)));
    groups = byAddress;
    groupsKnown = true;
    reportDue = true;
    watchesChanged = true;
    holdings.touch();
    planning.groups(newGroups);
    planning.present().ifPresent(plan -> apply(plan, now));
  }

  /** Whether the picture of the API is current, as far as the watches can tell. */
  public void apiFresh(boolean fresh) {
    reportDue |= fresh != apiFresh;
    apiFresh = fresh;
    planning.touch();
  }

  /** The nodes whose speakers should be there, this one included. */
  public void expected(Set<NodeName> nodes) {
    expected = nodes.size();
    planning.expect(nodes.size());
    isolation.expect((int) nodes.stream().filter(node -> !node.equals(self.node())).count());
    hellos.expected(nodes);
  }

  /** The usable interfaces, after any change of one of them. */
  public void links(List<Link> next, long now) {
    Map<Integer, Link> before = links;
    links = next.stream().collect(Collectors.toMap(Link::index, l -> l));
    boolean back =
        next.stream()
            .filter(Link::carrier)
            .anyMatch(
                l -> Optional.ofNullable(before.get(l.index())).filter(Link::carrier).isEmpty());
    // A socket that never had a cable says nothing about the node.
    next.stream().filter(Link::carrier).forEach(l -> connected.add(l.index()));
    connected.retainAll(links.keySet());
    isolation.carrier(next.stream().anyMatch(Link::carrier));
    reportDue = true;
    watchesChanged = true;
    holdings.touch();
    planning.touch();
    if (back) {
      // Whatever happened while the cable was out, nobody behind it heard of it.
      holdings.reassert(now);
      planning.present().ifPresent(plan -> apply(plan, now));
    }
  }

  /**
   * Hosts other than the peers that answer as long as the segment does: the node's gateways.
   * Without one, the last of two nodes cannot tell a dead peer from a dead cable and goes on.
   */
  public void gateways(Set<Address> addresses) {
    soundings.gateways(addresses);
    isolation.gateway(!addresses.isEmpty());
  }

  /** A frame about a watched address. */
  public void heard(Heard heard, long now) {
    fence.foreign(now);
    switch (heard) {
      case Heard.Request _ -> {}
      case Heard.Probe probe -> probe.trailer().ifPresent(t -> asked(probe, t, now));
      case Heard.Claim claim -> {
        suspicions.answered(claim.address());
        claim.trailer().ifPresent(t -> roster.sawSpeaker(claim.sender(), t, now));
        if (!holdings.answered(claim.address(), claim.sender())) {
          disputes.claimed(claim, mac(claim.link()), now);
        }
      }
    }
  }

  // A speaker asks: an audit (it holds nothing), a hello, or the challenge of a holder.
  private void asked(Heard.Probe probe, Trailer theirs, long now) {
    roster.sawSpeaker(probe.sender(), theirs, now);
    holdings.rivalAudit(probe.address(), probe.sender(), theirs);
    boolean foreign =
        roster.hasView()
            && !theirs.sameView(roster.view())
            && roster
                .speaker(probe.sender(), Optional.of(theirs))
                .filter(roster::isMember)
                .isEmpty();
    if (foreign && settings.has(Rule.ARBITRATION) && hellos.answer(theirs.memberHash(), now)) {
      holdings.challenge(now);
    }
    if (theirs.since() != 0 && holdings.holds(probe.address())) {
      disputes.challenged(probe, mac(probe.link()), now);
    }
  }

  private MacAddress mac(int link) {
    Link l = links.get(link);
    return l == null ? MacAddress.ZERO : l.mac();
  }

  /** This speaker is about to stop: it hands over what it holds. */
  public void drain(long now) {
    draining = true;
    report(now);
    planning.touch();
  }

  /** Whether there is nothing left to hand over, or nobody to hand it to. */
  public boolean isDrained() {
    return draining && holdings.isEmpty();
  }

  /** Stops answering for everything, at the very end. */
  public void leave() {
    holdings.releaseAll(Release.LEAVING);
  }

  /**
   * Does what is due.
   *
   * @return when to call again at the latest
   */
  public long tick(long now) {
    for (int link : links.keySet()) {
      fence.foreign(port.lastForeignMs(link));
    }
    switch (fence.tick(now)) {
      case STEADY -> {}
      case LAPSED -> {
        holdings.releaseAll(Release.MUTED);
        toldMute = true;
        journal.muted(true, muteReason(now));
        reportDue = true;
      }
      case REGAINED -> {
        if (toldMute) {
          toldMute = false;
          journal.muted(false, "heard again");
        }
        planning.present().ifPresent(plan -> apply(plan, now));
      }
    }
    agenda.run(now);
    ping(now);
    hellos.run(now);
    sound(now);
    askOwners(now);
    planning.run(now);
    publish();
    if (reportDue || now >= nextReport) {
      report(now);
      planning.run(now);
      publish();
    }
    return Math.min(
        Math.min(agenda.next(), nextPing), Math.min(hellos.next(), soundings.next(now)));
  }

  private void sound(long now) {
    boolean wereAll = links.keySet().stream().allMatch(soundings::isAnswering);
    if (soundings.run(links.values(), now)) {
      reportDue = true;
      if (!wereAll) {
        // Whoever is there now may have heard another owner, or nobody, meanwhile.
        holdings.reassert(now);
      }
    }
  }

  private String muteReason(long now) {
    if (fence.isWoken()) {
      return "this process was stopped or starved";
    }
    return isolation.isIsolated(now)
        ? "no peer and no other host is heard"
        : "no peer confirms that it hears this speaker";
  }

  private void publish() {
    if (watchesChanged) {
      holdings.touch();
    }
    holdings
        .takeChange()
        .ifPresent(held -> {
          reportDue = true;
          port.publish(held, watched());
        });
    watchesChanged = false;
  }

  private Set<Address> watched() {
    Set<Address> watched = new HashSet<>(groups.keySet());
    watched.addAll(holdings.concerned());
    return watched;
  }

  private void ping(long now) {
    if (now < nextPing) {
      return;
    }
    nextPing = now + settings.pingMs();
    if (roster.hasView()) {
      // A few neighbours in the ring of the view: traffic grows with the members, not with their
      // square.
      List<Member> members = roster.view().members();
      int me = members.indexOf(self);
      for (int i = 1; i <= Math.min(PING_NEIGHBOURS, members.size() - 1); i++) {
        Member neighbour = members.get((me + i) % members.size());
        send(neighbour, new Ping(roster.view().id(), now), Delivery.DATAGRAM);
      }
    }
  }

  private void report(long now) {
    reportDue = false;
    nextReport = now + PERIODIC_REPORT_MS;
    if (!roster.hasView()) {
      return;
    }
    Report report =
        new Report(
            roster.view().id(),
            roster.formerSize(),
            planning.present().map(Plan::epoch),
            apiFresh,
            revision,
            groupsKnown,
            draining,
            links.values().stream()
                .filter(link -> connected.contains(link.index()))
                .map(this::reported)
                .toList(),
            holdings.held(),
            holdings.ceded());
    roster.report(self, report);
    planning.touch();
    broadcast(report, Delivery.RELIABLE);
  }

  private ReportedLink reported(Link link) {
    return new ReportedLink(
        link.name(),
        link.mac(),
        link.carrier() && soundings.isAnswering(link.index()),
        link.subnets().stream()
            .map(s -> new ReportedSubnet(s.address(), s.prefixLength()))
            .toList());
  }

  private void publishPlan(Plan plan, long now) {
    broadcast(plan, Delivery.RELIABLE);
    apply(plan, now);
  }

  /**
   * Follows a plan: takes what is planned here, and lets go of what is not once it is taken
   * elsewhere.
   */
  private void apply(Plan plan, long now) {
    plan.assignments()
        .forEach((address, assignment) -> {
          if (assignment.owner().equals(self)) {
            take(address, assignment, now);
          } else if (!holdings.holds(address)) {
            holdings.release(address, Release.NOT_PLANNED);
          }
        });
    for (Address address : holdings.concerned()) {
      if (!plan.assignments().containsKey(address)) {
        holdings.release(address, Release.NOT_PLANNED);
      }
    }
    releaseWhatOthersTook();
    reportDue = true;
  }

  private void take(Address address, Assignment assignment, long now) {
    if (holdings.holds(address) || !groups.containsKey(address) || !fence.isOpen(now)) {
      return;
    }
    boolean handedOver =
        assignment.from().filter(m -> !m.equals(self) && roster.holds(m, address)).isPresent();
    boolean ownerSilent =
        roster.lostHolder(address).filter(m -> suspicions.isSilent(m, now)).isPresent();
    if (handedOver || ownerSilent) {
      holdings.claim(address, assignment.reason(), now);
    } else {
      holdings.take(address, assignment.reason(), isUnsure(address, now), now);
    }
  }

  // Nothing says that an owner is gone, and not everybody is here who could be it: one that is busy
  // gets more time to answer.
  private boolean isUnsure(Address address, long now) {
    boolean complete = expected > 0 && roster.view().members().size() >= expected;
    boolean fresh = now - firstViewAt < NEW_MS;
    return roster.lostHolder(address).isEmpty() && (fresh || !complete);
  }

  // Make before break: an address planned elsewhere is answered here until the planned owner says
  // it has it.
  private void releaseWhatOthersTook() {
    List<Address> beyond = holdings.heldBeyond(this::plannedHere);
    for (Address address : beyond) {
      Optional<Assignment> assignment = planning.assignment(address);
      if (assignment.isPresent() && roster.holds(assignment.get().owner(), address)) {
        holdings.release(address, Release.HANDED_OVER);
      }
    }
  }

  // The report of the planned owner may never come and its claim may have been lost; what is held
  // beyond the plan asks the segment for it.
  private void askOwners(long now) {
    if (now < nextAsk) {
      return;
    }
    nextAsk = now + ASK_OWNER_MS;
    List<Address> beyond = holdings.heldBeyond(this::plannedHere);
    for (int i = 0; i < Math.min(ASK_OWNERS, beyond.size()); i++) {
      holdings.challenge(beyond.get(askTurn++ % beyond.size()), now);
    }
  }

  private boolean plannedHere(Address address) {
    return planning.assignment(address).map(a -> a.owner().equals(self)).orElse(true);
  }

  private void probe(Address address) {
    Trailer trailer = trailer(0);
    for (int link : linksOf(address)) {
      port.probe(link, address, Optional.of(trailer));
    }
  }

  // Any address that all speakers watch will do; what counts is the trailer.
  private void hello() {
    groups.keySet().stream().min(Address::compareTo).ifPresent(this::probe);
  }

  private Set<Integer> linksOf(Address address) {
    Group group = groups.get(address);
    Eligibility allowed =
        group == null ? Eligibility.ANY : group.nodes().getOrDefault(self.node(), Eligibility.ANY);
    Set<Integer> on = new HashSet<>();
    for (Link link : links.values()) {
      if (allowed.allows(link.name())
          && (!settings.matchingSubnets() || hasSubnet(link, address))) {
        on.add(link.index());
      }
    }
    return on;
  }

  private static boolean hasSubnet(Link link, Address address) {
    return link.subnets().stream()
        .anyMatch(s -> new ReportedSubnet(s.address(), s.prefixLength()).contains(address));
  }

  private Trailer trailer(long since) {
    int seq = planning.present().map(p -> p.epoch().seq()).orElse(0);
    return Trailer.of(self, roster.view(), seq, since);
  }

  private void broadcast(Message message, Delivery delivery) {
    if (roster.view().members().size() > 1) {
      cluster.broadcast(Codec.encode(message), delivery);
    }
  }

  private void send(Member to, Message message, Delivery delivery) {
    cluster.send(to, Codec.encode(message), delivery);
  }

  /** The end of the present right to send, by the monotonic clock; in the past if there is none. */
  public long mayRespondUntil(long now) {
    return fence.isOpen(now) ? fence.until() : now;
  }

  /** The addresses answered for, and since when (wall clock, ms). */
  public Map<Address, Long> held() {
    return holdings.held();
  }

  /** Says again who this is and what it holds, to all. */
  public void say() {
    reportDue = true;
  }

  /** Whether {@code member} is in the present view. */
  public boolean sees(Member member) {
    return roster.isMember(member);
  }

  /** Whether a first view and a first picture of the API (or of a peer) are there. */
  public boolean isReady() {
    return roster.hasView() && groupsKnown;
  }

  /** The newest plan of the present view, if there is one. */
  public Optional<Plan> plan() {
    return planning.present();
  }

  private final class Around implements Holdings.Surroundings {
    @Override
    public boolean maySend(long now) {
      return fence.isOpen(now);
    }

    @Override
    public Trailer trailer(long since) {
      return Speaker.this.trailer(since);
    }

    @Override
    public Set<Integer> links(Address address) {
      return linksOf(address);
    }

    @Override
    public boolean plannedHere(Address address) {
      return planning.assignment(address).filter(a -> a.owner().equals(self)).isPresent();
    }

    @Override
    public boolean isSpeaker(MacAddress mac) {
      return roster.isSpeaker(mac);
    }

    @Override
    public @Nullable Group group(Address address) {
      return groups.get(address);
    }

    @Override
    public long wallMs(long now) {
      return now + wallOffsetMs;
    }
  }
}
