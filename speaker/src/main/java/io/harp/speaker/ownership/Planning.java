package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.election.Planner;
import io.harp.speaker.election.Planner.Move;
import io.harp.speaker.election.Planner.Situation;
import io.harp.speaker.protocol.Epoch;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Keeps the newest plan of the view, and makes the next one where it is this member's turn: not
 * before every member has reported under the view, or {@link Settings#gatherMs} have passed.
 */
final class Planning {

  /** How long a member that did not take a hand-over is chosen last, in milliseconds. */
  private static final long UNRESPONSIVE_MS = 5_000;

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
  private final Planner planner;
  private final Publish publish;
  private final LongSupplier nanos;
  private Optional<Plan> present = Optional.empty();
  private long presentSince;
  private Optional<Plan> former = Optional.empty();
  private final Map<ViewId, Early> early = new HashMap<>();
  private List<Group> groups = List.of();
  private boolean groupsKnown;
  private int expected;
  private long firstViewAt = Long.MAX_VALUE;
  private long viewAt;
  private boolean due;
  private long notBefore = Long.MIN_VALUE;
  private final Map<Member, Long> unresponsiveUntil = new HashMap<>();
  private final Map<Address, Move> moves = new HashMap<>();
  private Set<NodeName> heldOff = Set.of();

  Planning(
      Settings settings,
      Agenda agenda,
      Member self,
      Roster roster,
      Publish publish,
      LongSupplier nanos) {
    this.nanos = nanos;
    this.settings = settings;
    this.agenda = agenda;
    this.self = self;
    this.roster = roster;
    this.publish = publish;
    this.planner = new Planner(settings.failback(), settings.matchingSubnets());
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
      agenda.at(now + settings.placementWaitMs(), _ -> due = true);
    }
    moves.clear();
    due = true;
    agenda.at(now + settings.gatherMs(), _ -> due = true);
    Early waiting = early.remove(view.id());
    early.values().removeIf(e -> now - e.at() > EARLY_MS);
    return waiting == null ? Optional.empty() : accept(waiting.plan(), now);
  }

  /** What is to be owned, in the newest known state. */
  void groups(List<Group> next) {
    groups = next;
    groupsKnown = true;
    due = true;
  }

  /** How many speakers there should be, this one included. */
  void expect(int members) {
    expected = members;
    due = true;
  }

  void hold(Set<NodeName> nodes) {
    heldOff = Set.copyOf(nodes);
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
    if (plan.assignments().values().stream().anyMatch(a -> a.from().isPresent())) {
      agenda.at(now + settings.handOverMs(), then -> takeBack(plan, then));
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
    boolean gathered =
        roster.hasView() && (roster.isComplete() || now - viewAt >= settings.gatherMs());
    if (!due || !gathered || !groupsKnown || !isPlanner()) {
      return;
    }
    if (now < notBefore) {
      return;
    }
    due = false;
    unresponsiveUntil.values().removeIf(until -> until <= now);
    Situation situation =
        new Situation(
            roster.view(),
            self,
            roster.reports(),
            groups,
            present,
            former,
            mayPlaceNew(now),
            heldOff,
            Set.copyOf(unresponsiveUntil.keySet()),
            moves);
    long started = nanos.getAsLong();
    Optional<Plan> next = planner.next(situation);
    next.ifPresent(plan -> {
      adopt(plan, now);
      due = false;
      publish.plan(plan, now);
    });
    // Under a storm of changes planning may take a third of the time, so that the loop always has
    // room for the rest.
    long costMs = (nanos.getAsLong() - started) / 1_000_000;
    if (costMs > 0) {
      notBefore = now + 3 * costMs;
      agenda.at(notBefore, _ -> {});
    }
  }

  private boolean mayPlaceNew(long now) {
    return expected > 0 && roster.view().members().size() >= expected
        || now - firstViewAt >= settings.placementWaitMs();
  }

  /** Hand-overs that nobody took in time go back to who still holds the address. */
  private void takeBack(Plan plan, long now) {
    if (!present.equals(Optional.of(plan)) || !isPlanner()) {
      return;
    }
    Set<Member> slow = new HashSet<>();
    for (Group group : groups) {
      Assignment a = plan.assignments().get(group.name());
      if (a != null
          && a.from().isPresent()
          && !roster.holds(a.owner(), group.name())
          && roster.holds(a.from().get(), group.name())) {
        slow.add(a.owner());
        moves.put(group.name(), new Move(a.from().get(), Reason.GIVEN_BACK));
      }
    }
    slow.forEach(m -> unresponsiveUntil.put(m, now + UNRESPONSIVE_MS));
    if (!slow.isEmpty()) {
      due = true;
      agenda.at(now + UNRESPONSIVE_MS, _ -> due = true);
      agenda.at(now + 1, _ -> moves.clear());
    }
  }
}
