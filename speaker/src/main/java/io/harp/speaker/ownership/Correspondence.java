package io.harp.speaker.ownership;

import io.harp.speaker.membership.Cluster;
import io.harp.speaker.membership.Cluster.Delivery;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.protocol.Codec;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Ping;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Pong;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Revision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What this speaker says to its peers unasked, and to whom. */
final class Correspondence {

  private static final int PING_NEIGHBOURS = 3;

  /** A member whose report does not know a plan after this time is sent it again. */
  private static final long PLAN_ARRIVES_MS = 250;

  private final Settings settings;
  private final Cluster cluster;
  private final Member self;
  private final Roster roster;
  private final Planning planning;
  private final Picture picture;
  private final Journal journal;
  private final Map<Member, Revision> factsSent = new HashMap<>();
  private long nextPing = Long.MIN_VALUE;
  private long pingedAt = Long.MIN_VALUE;
  private int turn;

  Correspondence(
      Settings settings,
      Cluster cluster,
      Roster roster,
      Planning planning,
      Picture picture,
      Journal journal) {
    this.settings = settings;
    this.cluster = cluster;
    this.self = cluster.self();
    this.roster = roster;
    this.planning = planning;
    this.picture = picture;
    this.journal = journal;
  }

  void view(long now) {
    factsSent.clear();
    nextPing = now;
    pingedAt = now;
  }

  /**
   * Asks for an echo, if it is time to: a few neighbours in the ring of the view in turn, for one
   * echo proves as much as three and a quiet cluster does little else. All of them where the last
   * one asked has not answered.
   *
   * @param echoedAt when the newest ping was sent that came back in this view
   */
  void ping(long echoedAt, long now) {
    if (now < nextPing) {
      return;
    }
    nextPing = now + settings.pingMs();
    if (roster.hasView()) {
      // Neighbours, as traffic shall grow with the members, not with their square.
      int neighbours = Math.min(PING_NEIGHBOURS, roster.view().members().size() - 1);
      if (echoedAt >= pingedAt && neighbours > 0) {
        pingNeighbour(Math.floorMod(turn++, neighbours), now);
      } else {
        for (int i = 0; i < neighbours; i++) {
          pingNeighbour(i, now);
        }
      }
      pingedAt = now;
    }
  }

  private void pingNeighbour(int which, long now) {
    List<Member> members = roster.view().members();
    Member to = members.get((members.indexOf(self) + 1 + which) % members.size());
    send(to, new Ping(roster.view().id(), now), Delivery.DATAGRAM);
  }

  /** When the next pings are due, {@link Long#MAX_VALUE} where nobody is there to get one. */
  long nextPing() {
    boolean alone = !roster.hasView() || roster.view().members().size() == 1;
    return alone ? Long.MAX_VALUE : nextPing;
  }

  /** Echoes a ping of this very view: an echo out of another one would prove what is not so. */
  void pinged(Member from, Ping ping) {
    if (roster.hasView() && ping.view().equals(roster.view().id())) {
      send(from, new Pong(ping.view(), ping.sentAtMs()), Delivery.DATAGRAM);
    }
  }

  /** Gives a member that has just reported what it lacks: facts, or the plan. */
  void help(Member from, Report report, long now) {
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

  /** Tells members that cannot see the API what it says. */
  void offerFacts() {
    for (Member member : roster.hasView() ? roster.view().members() : List.<Member>of()) {
      Report report = roster.reportOf(member);
      if (report != null && planning.isPlanner()) {
        offerFacts(member, report);
      }
    }
  }

  private void offerFacts(Member to, Report report) {
    boolean wants = !report.apiFresh() || roster.lagging().contains(to);
    if (wants
        && picture.isKnown()
        && report.revision().isBehind(picture.revision())
        && !picture.revision().equals(factsSent.get(to))) {
      factsSent.put(to, picture.revision());
      send(to, new Facts(picture.revision(), picture.groups()), Delivery.RELIABLE);
    }
  }

  /** Says something to all, if there is anybody. */
  void broadcast(Message message) {
    if (roster.view().members().size() > 1) {
      encode(message).ifPresent(bytes -> cluster.broadcast(bytes, Delivery.RELIABLE));
    }
  }

  private void send(Member to, Message message, Delivery delivery) {
    encode(message).ifPresent(bytes -> cluster.send(to, bytes, delivery));
  }

  // A message nobody would take is not sent; the others go on by what they know.
  private Optional<byte[]> encode(Message message) {
    byte[] bytes = Codec.encode(message);
    if (bytes.length <= Cluster.MAX_MESSAGE) {
      return Optional.of(bytes);
    }
    journal.happened(
        Incident.TOO_LARGE,
        "a %s of %d bytes is not sent: at most %d are"
            .formatted(message.getClass().getSimpleName(), bytes.length, Cluster.MAX_MESSAGE));
    return Optional.empty();
  }
}
