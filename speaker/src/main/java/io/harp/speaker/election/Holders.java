package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Report;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Who holds what, by the reports of this view and, where those are silent, by the plans. */
final class Holders {
  private final Situation s;
  private final Map<Address, List<Member>> reported = new HashMap<>();

  Holders(Situation s) {
    this.s = s;
    for (Member member : s.view().members()) {
      Report report = s.reports().get(member);
      if (report != null) {
        for (Address address : report.holds().keySet()) {
          reported.computeIfAbsent(address, _ -> new ArrayList<>(1)).add(member);
        }
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
    for (Address address : group.addresses()) {
      if (reported.getOrDefault(address, List.of()).contains(member)) {
        return true;
      }
    }
    return false;
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
        .anyMatch(a -> inPlan(s.present(), a) || inPlan(s.former(), a) || reported.containsKey(a));
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
    if (plan.isPresent()) {
      for (Address address : group.addresses()) {
        Assignment assignment = plan.get().assignments().get(address);
        if (assignment != null) {
          return Optional.of(assignment.owner()).filter(s.view()::contains);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean inPlan(Optional<Plan> plan, Address address) {
    return plan.isPresent() && plan.get().assignments().containsKey(address);
  }
}
