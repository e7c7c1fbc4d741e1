package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Follows plans: takes what is planned here, and lets go of what is not once it is taken elsewhere.
 */
final class Following {

  /** So long after its first view a speaker may not have met all peers yet. */
  private static final long NEW_MS = 5_000;

  private static final int TAKEN_AT_ONCE = 100;
  private static final long ASK_OWNER_MS = 40;
  private static final int ASK_OWNERS = 8;

  private final Member self;
  private final Roster roster;
  private final Planning planning;
  private final Holdings holdings;
  private final Suspicions suspicions;
  private final Surroundings around;
  private final Picture picture;
  private final Journal journal;
  private final Settings settings;
  private final LongSupplier nanos;
  private Set<Address> refused = Set.of();
  private int expected;
  private long firstViewAt = Long.MAX_VALUE;
  private long nextAsk = Long.MIN_VALUE;
  private int askTurn;
  private boolean mayBeBeyond;

  Following(
      Settings settings,
      Roster roster,
      Planning planning,
      Holdings holdings,
      Suspicions suspicions,
      Surroundings around,
      Picture picture,
      Journal journal,
      LongSupplier nanos) {
    this.nanos = nanos;
    this.settings = settings;
    this.picture = picture;
    this.journal = journal;
    this.self = roster.self();
    this.roster = roster;
    this.planning = planning;
    this.holdings = holdings;
    this.suspicions = suspicions;
    this.around = around;
  }

  void view(long now) {
    firstViewAt = Math.min(firstViewAt, now);
  }

  /** How many speakers there should be, this one included. */
  void expect(int members) {
    expected = members;
  }

  /**
   * Does what a plan of the present view says. Takes {@link #TAKEN_AT_ONCE} addresses at most, and
   * for one {@link Stint}: a thousand claims in one go take longer than the right to send lasts
   * without a look at the clock.
   *
   * @return whether there is more to take
   */
  boolean apply(Plan plan, long now) {
    if (!mayBeBeyond) {
      mayBeBeyond = true;
      nextAsk = now + ASK_OWNER_MS;
    }
    Set<Address> forbidden = forbidden(plan);
    int taken = 0;
    boolean more = false;
    Stint stint = Stint.begin(nanos);
    for (Map.Entry<Address, Assignment> e : plan.assignments().entrySet()) {
      Address address = e.getKey();
      if (e.getValue().owner().equals(self)) {
        if (!more && !forbidden.contains(address) && take(address, e.getValue(), now)) {
          more = ++taken == TAKEN_AT_ONCE || stint.isOver();
        }
      } else if (!holdings.slots().holds(address)) {
        holdings.release(address, Release.NOT_PLANNED);
      }
    }
    for (Address address : holdings.slots().concerned()) {
      if (!plan.assignments().containsKey(address)) {
        holdings.release(address, Release.NOT_PLANNED);
      }
    }
    releaseWhatOthersTook();
    return more;
  }

  /** What the present plan puts here, though facts newer than the planner's forbid it. */
  Set<Address> refused() {
    return refused;
  }

  // What is held already stays: while nobody else has it, somebody must answer.
  private Set<Address> forbidden(Plan plan) {
    Set<Address> forbidden = new TreeSet<>();
    if (settings.has(Rule.REFUSAL)
        && picture.isFresh()
        && plan.revision().isBehind(picture.revision())) {
      plan.assignments()
          .forEach((address, assignment) -> {
            if (assignment.owner().equals(self)
                && !holdings.slots().holds(address)
                && !mayOwn(address)) {
              forbidden.add(address);
            }
          });
    }
    forbidden.stream()
        .filter(address -> !refused.contains(address))
        .forEach(address ->
            journal.happened(
                Incident.REFUSED,
                address
                    + " is not taken: this node may not own it any longer, which "
                    + plan.epoch().planner().node()
                    + " has not seen yet"));
    refused = forbidden;
    return forbidden;
  }

  private boolean mayOwn(Address address) {
    Group group = around.group(address);
    return group != null && group.nodes().containsKey(self.node());
  }

  /** Whether there was anything to do. */
  private boolean take(Address address, Assignment assignment, long now) {
    if (holdings.slots().holds(address) || around.group(address) == null || !around.maySend(now)) {
      return false;
    }
    boolean asked = holdings.slots().contains(address);
    boolean handedOver =
        assignment.from().filter(m -> !m.equals(self) && roster.holds(m, address)).isPresent();
    boolean ownerSilent =
        roster.lostHolder(address).filter(m -> suspicions.isSilent(m, now)).isPresent();
    if (handedOver || ownerSilent) {
      holdings.claim(address, assignment.reason(), now);
    } else {
      holdings.take(address, assignment.reason(), isUnsure(address, now), now);
      return !asked;
    }
    return true;
  }

  // Nothing says that an owner is gone, and not everybody is here who could be it: one that is busy
  // gets more time to answer.
  private boolean isUnsure(Address address, long now) {
    boolean complete = expected > 0 && roster.view().members().size() >= expected;
    boolean fresh = now - firstViewAt < NEW_MS;
    return roster.lostHolder(address).isEmpty() && (fresh || !complete);
  }

  /**
   * Make before break: an address planned elsewhere is answered here until the planned owner says
   * it has it.
   */
  void releaseWhatOthersTook() {
    for (Address address : beyondPlan()) {
      Optional<Assignment> assignment = planning.assignment(address);
      if (assignment.isPresent() && roster.holds(assignment.get().owner(), address)) {
        holdings.release(address, Release.HANDED_OVER);
      }
    }
  }

  /**
   * The report of the planned owner may never come and its claim may have been lost; what is held
   * beyond the plan asks the segment for it, a few addresses at a time.
   */
  void askOwners(long now) {
    if (!mayBeBeyond || now < nextAsk) {
      return;
    }
    nextAsk = now + ASK_OWNER_MS;
    List<Address> beyond = beyondPlan();
    mayBeBeyond = !beyond.isEmpty();
    for (int i = 0; i < Math.min(ASK_OWNERS, beyond.size()); i++) {
      holdings.challenge(beyond.get(askTurn++ % beyond.size()), now);
    }
  }

  /** When {@link #askOwners} is due, {@link Long#MAX_VALUE} if no plan took anything from here. */
  long nextAsk() {
    return mayBeBeyond ? nextAsk : Long.MAX_VALUE;
  }

  private List<Address> beyondPlan() {
    return holdings
        .slots()
        .heldBeyond(x -> planning.assignment(x).map(a -> a.owner().equals(self)).orElse(true));
  }
}
