package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.election.Planner;
import io.harp.speaker.election.Rebalancer;
import io.harp.speaker.election.Situation;
import io.harp.speaker.election.Situation.Move;
import io.harp.speaker.election.Wishes;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Epoch;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Keeps the newest plan of the view, and makes the next one where it is this member's turn: not
 * before every member has reported under the view, or {@link Settings#gatherMs} have passed.
 */
final class Planning {

  /** Between two looks at the balance, in milliseconds. */
  private static final long BALANCE_MS = 5_000;

  /** A speaker that looks for others says so several times in this time, in milliseconds. */
  private static final long STRANGER_MS = 300;

  private static final int MAX_EARLY = 8;
  private static final long EARLY_MS = 5_000;

  /** Takes each plan this member makes. */
  @FunctionalInterface
  interface Publish {
    void plan(Plan plan, long now);
  }

  private record Early(Plan plan, long at) {}

  private final Settings settings;
  private final Agenda agenda;
  private final Member self;
  private final Roster roster;
  private final Picture picture;
  private final Journal journal;
  private final Planner planner;
  private final Rebalancer rebalancer;
  private final Flapping flapping;
  private final Unresponsive unresponsive = new Unresponsive();
  private final Publish publish;
  private final LongSupplier nanos;
  private Optional<Plan> present = Optional.empty();
  private long presentSince;
  private Optional<Plan> former = Optional.empty();
  private final Map<ViewId, Early> early = new HashMap<>();
  private int expected;
  private long firstViewAt = Long.MAX_VALUE;
  private long viewAt;
  private long strangerAt = Long.MIN_VALUE / 2;
  private boolean due;
  private long notBefore = Long.MIN_VALUE;
  private final Map<Address, Move> moves = new HashMap<>();
  private Set<NodeName> heldOff = Set.of();
  private Map<Address, String> unmet = Map.of();
  private long nextBalance = Long.MIN_VALUE;

  Planning(
      Settings settings,
      Agenda agenda,
      Member self,
      Roster roster,
      Picture picture,
      Journal journal,
      Publish publish,
      LongSupplier nanos) {
    this.nanos = nanos;
    this.settings = settings;
    this.agenda = agenda;
    this.self = self;
    this.roster = roster;
    this.publish = publish;
    this.picture = picture;
    this.journal = journal;
    this.planner = new Planner(settings.failback(), settings.matchingSubnets());
    this.rebalancer = new Rebalancer(settings.rebalancePerMinute(), settings.rebalanceAfterMs());
    this.flapping = new Flapping(settings.holdOffMs());
  }

  /** A view was installed; gives a plan of it that came before it did. */
  Optional<Plan> view(View view, long now) {
    if (present.isPresent()) {
      former = present;
    }
    present = Optional.empty();
    viewAt = now;
    if (firstViewAt == Long.MAX_VALUE) {
      firstViewAt = now;
      agenda.at(now + settings.mergeWaitMs(), _ -> due = true);
    }
    agenda.at(now + settings.placementWaitMs(), _ -> due = true);
    moves.clear();
    rebalancer.reset();
    flapping.view(view, now);
    due = true;
    agenda.at(now + settings.gatherMs(), _ -> due = true);
    Early waiting = early.remove(view.id());
    early.values().removeIf(e -> now - e.at() > EARLY_MS);
    return waiting == null ? Optional.empty() : accept(waiting.plan(), now);
  }

  /** How many speakers there should be, this one included. */
  void expect(int members) {
    expected = members;
    due = true;
  }

  /** Something that a plan depends on has changed. */
  void touch() {
    due = true;
  }

  /**
   * Takes a plan another member made, if it is of this view and newer; keeps one of a later view
   * until that comes.
   */
  Optional<Plan> accept(Plan plan, long now) {
    if (!roster.hasView()) {
      return Optional.empty();
    }
    Epoch epoch = plan.epoch();
    View view = roster.view();
    if (!epoch.view().equals(view.id())) {
      if (epoch.view().number() > view.id().number() && early.size() < MAX_EARLY) {
        early.put(epoch.view(), new Early(plan, now));
      }
      return Optional.empty();
    }
    if (present.isPresent() && !epoch.replaces(present.get().epoch(), view)) {
      return Optional.empty();
    }
    adopt(plan, now);
    return present;
  }

  private void adopt(Plan plan, long now) {
    present = Optional.of(plan);
    presentSince = now;
    due = true;
    Map<Member, Integer> handed = new HashMap<>();
    for (Assignment a : plan.assignments().values()) {
      if (a.from().isPresent()) {
        handed.merge(a.owner(), 1, Integer::sum);
      }
    }
    if (!handed.isEmpty()) {
      agenda.at(now + settings.handOverMs(), then -> takeBack(plan, handed, then));
    }
  }

  /** The newest plan of the present view. */
  Optional<Plan> present() {
    return present;
  }

  /** The assignment of an address by the newest plan of this view. */
  Optional<Assignment> assignment(Address address) {
    return present.map(p -> p.assignments().get(address));
  }

  /** Whether the present plan is older than {@code moment}. */
  boolean publishedBefore(long moment) {
    return presentSince < moment;
  }

  boolean isPlanner() {
    return roster.hasView() && roster.planner().equals(self);
  }

  /** Plans if it is time and this member's turn. */
  void run(long now) {
    lookAtFlapping(now);
    if (!due && now < nextBalance) {
      return;
    }
    boolean gathered =
        roster.hasView()
            && (!settings.has(Rule.GATHER)
                || roster.isComplete()
                || now - viewAt >= settings.gatherMs());
    if (!gathered || !picture.isKnown() || now < notBefore) {
      return;
    }
    if (!isPlanner()) {
      nextBalance = now + BALANCE_MS;
      rebalancer.reset();
      return;
    }
    balance(now);
    if (!due) {
      return;
    }
    due = false;
    long started = nanos.getAsLong();
    Situation situation = situation(now);
    Optional<Plan> next = planner.next(situation);
    moves.clear();
    next.ifPresent(plan -> {
      adopt(plan, now);
      due = false;
      publish.plan(plan, now);
    });
    tellUnmet(Wishes.unmet(situation, settings.matchingSubnets()));
    // Under a storm of changes planning may take a third of the time, so that the loop always has
    // room for the rest.
    long costMs = (nanos.getAsLong() - started) / 1_000_000;
    if (costMs > 0) {
      notBefore = now + 3 * costMs;
      agenda.at(notBefore, _ -> {});
    }
  }

  private Situation situation(long now) {
    return new Situation(
        roster.view(),
        self,
        roster.reports(),
        picture.revision(),
        picture.groups(),
        present,
        former,
        mayPlaceNew(now),
        heldOff,
        roster.lagging(),
        unresponsive.at(now),
        Map.copyOf(moves));
  }

  /** Whether what nobody is known to hold may be given to somebody. */
  private boolean mayPlaceNew(long now) {
    if (!settings.has(Rule.PLACEMENT_WAIT)) {
      return true;
    }
    boolean all = expected > 0 && roster.view().members().size() >= expected;
    long young = now - firstViewAt;
    boolean waited = young >= settings.placementWaitMs() && !isMerging(now);
    // Who has not reported yet, starved by its own start, may hold just what would be placed.
    boolean told = roster.isComplete() || now - viewAt >= settings.placementWaitMs();
    return told && (all || waited || young >= settings.mergeWaitMs());
  }

  private boolean isMerging(long now) {
    return now - strangerAt < STRANGER_MS;
  }

  /** A speaker outside the view was heard on the segment: before long it will be in it. */
  void met(long now) {
    strangerAt = now;
    if (now - firstViewAt < settings.mergeWaitMs()) {
      agenda.at(now + STRANGER_MS, _ -> due = true);
    }
  }

  private void lookAtFlapping(long now) {
    Set<NodeName> next = flapping.heldOff(now);
    if (!next.equals(heldOff)) {
      heldOff = next;
      due = true;
      journal.heldOff(next);
    }
  }

  private void balance(long now) {
    if (now < nextBalance) {
      return;
    }
    nextBalance = now + BALANCE_MS;
    if (present.isEmpty() || settings.rebalancePerMinute() == 0) {
      return;
    }
    rebalancer
        .next(planner.seats(situation(now)), now)
        .ifPresent(shift -> {
          moves.put(shift.group().name(), new Move(shift.to(), Reason.REBALANCED));
          due = true;
        });
  }

  private void tellUnmet(Map<Address, String> next) {
    next.forEach((address, why) -> {
      Group group = picture.group(address);
      if (group != null && !why.equals(unmet.get(address))) {
        journal.wishUnmet(group, why);
      }
    });
    unmet = next;
  }

  /**
   * Hand-overs that nobody took in time go back to who still holds the address. Who has taken some
   * of many meanwhile is given as much time again for the others.
   *
   * @param before how many each member had to take when that was looked at last
   */
  private void takeBack(Plan plan, Map<Member, Integer> before, long now) {
    if (!present.equals(Optional.of(plan)) || !isPlanner() || !settings.has(Rule.GIVE_BACK)) {
      return;
    }
    Map<Member, List<Group>> waiting = notTaken(plan);
    Map<Member, Integer> busy = new HashMap<>();
    waiting.forEach((member, groups) -> {
      int left = groups.stream().mapToInt(group -> group.addresses().size()).sum();
      if (left < before.getOrDefault(member, 0)) {
        busy.put(member, left);
      } else {
        giveBack(plan, groups);
        agenda.at(unresponsive.failed(member, now), _ -> due = true);
      }
    });
    if (!busy.isEmpty()) {
      agenda.at(now + settings.handOverMs(), then -> takeBack(plan, busy, then));
    }
  }

  /** What each member was handed and does not hold, while who handed it over still does. */
  private Map<Member, List<Group>> notTaken(Plan plan) {
    Map<Member, List<Group>> waiting = new TreeMap<>();
    for (Group group : picture.groups()) {
      Assignment a = plan.assignments().get(group.name());
      if (a != null
          && a.from().isPresent()
          && !roster.holds(a.owner(), group.name())
          && roster.holds(a.from().get(), group.name())) {
        waiting.computeIfAbsent(a.owner(), _ -> new ArrayList<>()).add(group);
      }
    }
    return waiting;
  }

  private void giveBack(Plan plan, List<Group> groups) {
    due = true;
    for (Group group : groups) {
      Assignment a = plan.assignments().get(group.name());
      if (a != null && a.from().isPresent()) {
        moves.put(group.name(), new Move(a.from().get(), Reason.GIVEN_BACK));
      }
    }
  }
}
