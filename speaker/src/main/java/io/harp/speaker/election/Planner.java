package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.speaker.election.Rebalancer.Seat;
import io.harp.speaker.protocol.Epoch;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Message.Report;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the next plan of a view. Pure: what members reported under this view, the groups, and the
 * plans so far go in; assignments come out. It starts from what members say they hold, so a planner
 * that dies in the middle of a move leaves nothing to recover: the next one finishes or undoes it.
 */
public final class Planner {

  private final boolean failback;
  private final boolean matchingSubnets;

  public Planner(boolean failback, boolean matchingSubnets) {
    this.failback = failback;
    this.matchingSubnets = matchingSubnets;
  }

  /** The next plan, or empty if the present one still says all that is to be said. */
  public Optional<Plan> next(Situation s) {
    Map<Address, Assignment> assignments = assign(s);
    if (s.present().isPresent() && says(s.present().get().assignments(), assignments)) {
      return Optional.empty();
    }
    return Optional.of(
        new Plan(new Epoch(s.view().id(), 1 + highestSeq(s), s.self()), s.revision(), assignments));
  }

  // A finished hand-over changes nothing for anybody, so forgetting its "from" is worth no message.
  private static boolean says(Map<Address, Assignment> present, Map<Address, Assignment> next) {
    return present.size() == next.size()
        && next.entrySet().stream()
            .allMatch(e -> {
              Assignment old = present.get(e.getKey());
              Assignment now = e.getValue();
              return old != null
                  && old.owner().equals(now.owner())
                  && (now.from().isEmpty() || now.from().equals(old.from()));
            });
  }

  private static int highestSeq(Situation s) {
    int own = s.present().map(p -> p.epoch().seq()).orElse(0);
    return s.reports().values().stream()
        .flatMap(r -> r.plan().stream())
        .filter(e -> e.view().equals(s.view().id()))
        .mapToInt(Epoch::seq)
        .reduce(own, Math::max);
  }

  private Map<Address, Assignment> assign(Situation s) {
    Candidates candidates = s.candidates(matchingSubnets);
    Holders holders = new Holders(s);
    Election election = new Election(failback);
    Map<Address, Assignment> result = new HashMap<>();
    List<Open> open = new ArrayList<>();
    for (Group group : s.groups()) {
      List<Candidate> could = candidates.of(group);
      Optional<Member> owner = holders.owner(group, could);
      Optional<Member> wished = Wishes.of(group, could, s);
      Optional<Situation.Move> move =
          Optional.ofNullable(s.moves().get(group.name()))
              .or(() ->
                  wished
                      .filter(_ -> owner.isPresent())
                      .map(m -> new Situation.Move(m, Reason.MOVED)))
              .filter(m -> !owner.equals(Optional.of(m.to())))
              .filter(m -> could.stream().anyMatch(c -> c.member().equals(m.to())));
      if (move.isPresent()) {
        give(group, move.get().to(), move.get().reason(), holders, election, result);
      } else if (owner.isPresent()
          && (isSilent(owner.get(), group, s)
              || owner.equals(wished)
              || election.keeps(owner.get(), could))) {
        give(group, owner.get(), keptReason(group, owner.get(), s), holders, election, result);
      } else if (owner.isPresent() || holders.known(group) || s.placeNew()) {
        List<Candidate> among =
            wished
                .map(m -> could.stream().filter(c -> c.member().equals(m)).toList())
                .orElse(could);
        open.add(new Open(group, among, reason(group, owner, s, holders)));
      }
    }
    // Those that stay are counted first, so that what moves goes to where there is least.
    for (Open o : open) {
      election
          .choose(o.group().name(), o.candidates())
          .ifPresent(m -> give(o.group(), m, o.reason(), holders, election, result));
    }
    return result;
  }

  /** The groups that the present plan gives to somebody, with all who could own them. */
  public List<Seat> seats(Situation s) {
    Candidates candidates = s.candidates(matchingSubnets);
    List<Seat> seats = new ArrayList<>();
    Map<Address, Assignment> plan = s.present().map(Plan::assignments).orElse(Map.of());
    for (Group group : s.groups()) {
      Assignment a = plan.get(group.name());
      if (a != null) {
        Report report = s.reports().get(a.owner());
        boolean held = report != null && report.holds().keySet().containsAll(group.addresses());
        boolean movable =
            held && !s.isCeded(group) && !group.wish().equals(Optional.of(a.owner().node()));
        seats.add(new Seat(group, a.owner(), candidates.of(group), movable));
      }
    }
    return seats;
  }

  // A member whose report is late is not thereby gone: if it is, the next view says so.
  private static boolean isSilent(Member owner, Group group, Situation s) {
    return !s.reports().containsKey(owner) && group.nodes().containsKey(owner.node());
  }

  private record Open(Group group, List<Candidate> candidates, Reason reason) {}

  private static void give(
      Group group,
      Member owner,
      Reason reason,
      Holders holders,
      Election election,
      Map<Address, Assignment> result) {
    election.count(owner, group.addresses().size());
    for (Address address : group.addresses()) {
      Optional<Member> from = holders.other(address, owner);
      result.put(address, new Assignment(owner, from, reason));
    }
  }

  // A reason stays what it was for as long as the owner does, so that an unchanged plan is equal to
  // its predecessor.
  private static Reason keptReason(Group group, Member owner, Situation s) {
    return s.present()
        .map(p -> p.assignments().get(group.name()))
        .filter(a -> a.owner().equals(owner))
        .map(Assignment::reason)
        .orElse(Reason.KEPT);
  }

  private static Reason reason(Group group, Optional<Member> owner, Situation s, Holders holders) {
    if (owner.isPresent()) {
      Report report = s.reports().get(owner.get());
      return report != null && report.draining() ? Reason.DRAINED : Reason.NOT_A_CANDIDATE;
    }
    return holders.known(group) ? Reason.LEFT : Reason.PLACED;
  }
}
