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
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the newest plan of the view, and makes the next one where it is this member's turn: not
 * before every member has reported under the view, or {@link Settings#gatherMs} have passed.
 */
final class Planning {

  /** Between two looks at the balance, in milliseconds. */
  private static final long BALANCE_MS = 5_000;

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
  private final Placing placing;
  private final HandOvers handOvers;
  private final Publish publish;
  private final LongSupplier nanos;
  private Optional<Plan> present = Optional.empty();
  private long presentSince;
  private Optional<Plan> former = Optional.empty();
  private final Map<ViewId, Early> early = new HashMap<>();
  private long viewAt;
  private boolean due;
  private long notBefore = Long.MIN_VALUE;
  private Map<Address, Move> shift = Map.of();
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
    this.placing = new Placing(settings, agenda, roster, this::touch);
    this.handOvers =
        new HandOvers(
            settings,
            agenda,
            roster,
            picture,
            plan -> present.equals(Optional.of(plan)) && isPlanner(),
            this::touch);
  }

  /** A view was installed; gives a plan of it that came before it did. */
  Optional<Plan> view(View view, long now) {
    if (present.isPresent()) {
      former = present;
    }
    present = Optional.empty();
    viewAt = now;
    placing.view(now);
    forgetMoves();
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
    placing.expect(members);
    due = true;
  }

  /** Something that a plan depends on has changed. */
  void touch() {
    due = true;
  }

  /** A member reports something else than {@code before}. */
  void reported(Member member, @Nullable Report before, Report report) {
    if (isReasonToPlan(member, before, report)) {
      due = true;
    }
  }

  /**
   * That a member took what it was to take, or let go of what others were to take, is no reason for
   * a new plan, which would say the same: a thousand addresses that move are told of in twenty
   * parts.
   */
  boolean isReasonToPlan(Member member, @Nullable Report before, Report report) {
    return !report.equals(before) && (before == null || !isAsPlanned(member, before, report));
  }

  private boolean isAsPlanned(Member member, Report before, Report report) {
    if (present.isEmpty() || !report.differsInHoldingsOnly(before)) {
      return false;
    }
    Map<Address, Assignment> plan = present.get().assignments();
    for (Address address : before.holds().keySet()) {
      if (!report.holds().containsKey(address) && isPlannedAt(member, plan.get(address))) {
        return false;
      }
    }
    for (Map.Entry<Address, Long> held : report.holds().entrySet()) {
      if (!held.getValue().equals(before.holds().get(held.getKey()))
          && !isPlannedAt(member, plan.get(held.getKey()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlannedAt(Member member, @Nullable Assignment assignment) {
    return assignment != null && assignment.owner().equals(member);
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
    handOvers.begin(plan, now);
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

  /** Whether the view is so old that every member should have it and have said so. */
  boolean hadTimeToGather(long now) {
    return now - viewAt >= settings.gatherMs();
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
            && (!settings.has(Rule.GATHER) || roster.isComplete() || hadTimeToGather(now));
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
    forgetMoves();
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
        placing.isAllowed(now),
        heldOff,
        roster.lagging(),
        handOvers.unresponsive(now),
        moves());
  }

  private Map<Address, Move> moves() {
    Map<Address, Move> moves = new HashMap<>(shift);
    moves.putAll(handOvers.toGiveBack());
    return Map.copyOf(moves);
  }

  private void forgetMoves() {
    shift = Map.of();
    handOvers.forget();
  }

  /** A speaker outside the view was heard on the segment: before long it will be in it. */
  void met(long now) {
    placing.met(now);
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
        .ifPresent(next -> {
          shift = Map.of(next.group().name(), new Move(next.to(), Reason.REBALANCED));
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
}
