package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.protocol.Epoch;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the next plan of a view. Pure: what members reported under this view, the groups, and the
 * plans so far go in; assignments come out. It starts from what members say they hold, so a planner
 * that dies in the middle of a move leaves nothing to recover: the next one finishes or undoes it.
 */
public final class Planner {

  /**
   * What the planner knows.
   *
   * @param reports under this view, by member
   * @param present the newest plan of this view, empty before the first
   * @param former the newest plan of an earlier view, consulted where nobody reported to hold an
   *     address
   * @param placeNew whether addresses that never had an owner may be placed now, or wait for
   *     members still expected
   * @param heldOff nodes that left too often lately
   * @param unresponsive members that did not take what was handed to them: chosen last
   * @param moves groups that shall go elsewhere, by name
   */
  public record Situation(
      View view,
      Member self,
      Map<Member, Report> reports,
      List<Group> groups,
      Optional<Plan> present,
      Optional<Plan> former,
      boolean placeNew,
      Set<NodeName> heldOff,
      Set<Member> unresponsive,
      Map<Address, Move> moves) {}

  /** Where a group shall go, and why. */
  public record Move(Member to, Reason reason) {}

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
        new Plan(new Epoch(s.view().id(), 1 + highestSeq(s), s.self()), assignments));
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
    Candidates candidates =
        new Candidates(s.view(), s.reports(), s.heldOff(), s.unresponsive(), matchingSubnets);
    Holders holders = new Holders(s);
    Election election = new Election(failback);
    Map<Address, Assignment> result = new HashMap<>();
    List<Open> open = new ArrayList<>();
    for (Group group : s.groups()) {
      List<Candidate> could = candidates.of(group);
      Optional<Member> owner = holders.owner(group, could);
      Optional<Move> move =
          Optional.ofNullable(s.moves().get(group.name()))
              .filter(m -> !owner.equals(Optional.of(m.to())))
              .filter(m -> could.stream().anyMatch(c -> c.member().equals(m.to())));
      if (move.isPresent()) {
        give(group, move.get().to(), move.get().reason(), holders, election, result);
      } else if (owner.isPresent()
          && (isSilent(owner.get(), group, s) || election.keeps(owner.get(), could))) {
        give(group, owner.get(), keptReason(group, owner.get(), s), holders, election, result);
      } else if (owner.isPresent() || holders.known(group) || s.placeNew()) {
        open.add(new Open(group, could, reason(group, owner, s, holders)));
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

  /** Who holds what, by the reports of this view and, where those are silent, by the plans. */
  private static final class Holders {
    private final Situation s;
    private final Map<Address, List<Member>> reported = new HashMap<>();

    Holders(Situation s) {
      this.s = s;
      for (Member member : s.view().members()) {
        Report report = s.reports().get(member);
        if (report != null) {
          report.holds().keySet().stream()
              .forEach(a -> reported.computeIfAbsent(a, _ -> new ArrayList<>(1)).add(member));
        }
      }
    }

    /**
     * The member a group belongs to before this plan: the present plan's owner if it holds it or is
     * just being given it; else whoever reported to hold it, candidates first, then the longest
     * holder; else the owner by the present plan or the former one. Only members of the view count.
     *
     * <p>A holder whose report came after the plan was made thus keeps what it holds.
     */
    Optional<Member> owner(Group group, List<Candidate> candidates) {
      Optional<Member> planned = planned(s.present(), group);
      return planned
          .filter(m -> holds(m, group) || isHandedOver(group))
          .or(() -> holder(group, candidates))
          .or(() -> planned)
          .or(() -> planned(s.former(), group));
    }

    private boolean holds(Member member, Group group) {
      return group.addresses().stream()
          .anyMatch(a -> reported.getOrDefault(a, List.of()).contains(member));
    }

    private boolean isHandedOver(Group group) {
      return s.present()
          .map(p -> p.assignments().get(group.name()))
          .flatMap(Assignment::from)
          .isPresent();
    }

    /** Whether the group had an owner before, here or not. */
    boolean known(Group group) {
      return group.addresses().stream()
          .anyMatch(
              a -> inPlan(s.present(), a) || inPlan(s.former(), a) || reported.containsKey(a));
    }

    /** A member other than {@code owner} that holds {@code address}: the one to hand over. */
    Optional<Member> other(Address address, Member owner) {
      List<Member> holders = reported.getOrDefault(address, List.of());
      return holders.contains(owner)
          ? Optional.empty()
          : holders.stream().max(Comparator.comparingLong(m -> -since(m, address)));
    }

    private Optional<Member> holder(Group group, List<Candidate> candidates) {
      Set<Member> could = Set.copyOf(candidates.stream().map(Candidate::member).toList());
      return group.addresses().stream()
          .flatMap(a -> reported.getOrDefault(a, List.of()).stream().map(m -> held(m, a, could)))
          .min(
              Comparator.comparing((Held h) -> !h.candidate())
                  .thenComparing(Comparator.comparingInt(Held::formerSize).reversed())
                  .thenComparingLong(Held::since)
                  .thenComparing(Held::member))
          .map(Held::member);
    }

    private record Held(Member member, boolean candidate, int formerSize, long since) {}

    private Held held(Member member, Address address, Set<Member> could) {
      Report report = Objects.requireNonNull(s.reports().get(member));
      return new Held(member, could.contains(member), report.formerSize(), since(member, address));
    }

    private long since(Member member, Address address) {
      Report report = s.reports().get(member);
      return report == null ? Long.MAX_VALUE : report.holds().getOrDefault(address, Long.MAX_VALUE);
    }

    private Optional<Member> planned(Optional<Plan> plan, Group group) {
      return plan.flatMap(p ->
              group.addresses().stream()
                  .flatMap(a -> Optional.ofNullable(p.assignments().get(a)).stream())
                  .findFirst())
          .map(Assignment::owner)
          .filter(s.view()::contains);
    }

    private static boolean inPlan(Optional<Plan> plan, Address address) {
      return plan.isPresent() && plan.get().assignments().containsKey(address);
    }
  }
}
