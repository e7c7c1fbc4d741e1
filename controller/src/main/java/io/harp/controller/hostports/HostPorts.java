package io.harp.controller.hostports;

import io.harp.controller.hostports.Workload.Claim;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is wrong with the host ports of one workload: wanted twice by itself, reserved for another
 * name, or wanted by another workload on a node where both may run.
 */
final class HostPorts {

  private static final int MOST_NODES = 3;
  private static final int MOST_FINDINGS = 5;

  private HostPorts() {}

  /** At most five findings, one line each; none if all is well. */
  static List<String> judge(
      Workload candidate,
      Collection<Workload> others,
      Collection<NodeView> nodes,
      Assignments assignments) {
    List<String> findings = new ArrayList<>();
    for (int i = 0; i < candidate.claims().size(); i++) {
      Claim claim = candidate.claims().get(i);
      String about =
          candidate.id() + ": container " + claim.container() + ": host port " + claim.port();
      twice(candidate, i).ifPresent(other -> findings.add(about + other));
      reserved(candidate, claim, assignments).ifPresent(why -> findings.add(about + why));
      others.stream()
          .filter(o -> !o.id().equals(candidate.id()))
          .flatMap(o -> taken(candidate, claim, o, nodes).stream())
          .forEach(why -> findings.add(about + why));
    }
    return findings.stream().distinct().limit(MOST_FINDINGS).toList();
  }

  private static Optional<String> twice(Workload candidate, int i) {
    Claim claim = candidate.claims().get(i);
    return candidate.claims().subList(0, i).stream()
        .filter(earlier -> earlier.port().collides(claim.port()))
        .findFirst()
        .map(earlier ->
            " is wanted twice in this pod, first by container "
                + earlier.container()
                + "; take another port for one of them");
  }

  private static Optional<String> reserved(
      Workload candidate, Claim claim, Assignments assignments) {
    return assignments
        .against(candidate.id(), claim.port().port())
        .map(line ->
            " is reserved for "
                + line.name()
                + " (ConfigMap kube-system/port-assignments, line "
                + line.number()
                + "); take another port, or add a line for "
                + candidate.id().name());
  }

  private static Optional<String> taken(
      Workload candidate, Claim claim, Workload other, Collection<NodeView> nodes) {
    return other.claims().stream()
        .filter(c -> c.port().collides(claim.port()))
        .findFirst()
        .flatMap(c -> common(candidate, other, nodes))
        .map(where ->
            " is used by "
                + other.id()
                + " on "
                + where
                + "; take another port, or keep the two apart by node selectors");
  }

  /** The nodes where both may run, in words; empty if there are none. */
  private static Optional<String> common(Workload one, Workload two, Collection<NodeView> nodes) {
    List<String> names =
        nodes.stream()
            .filter(n -> one.placement().fits(n) && two.placement().fits(n))
            .map(NodeView::name)
            .toList();
    return names.isEmpty() ? Optional.empty() : Optional.of(words(names));
  }

  static String words(List<String> names) {
    return names.stream().limit(MOST_NODES).collect(Collectors.joining(", "))
        + (names.size() > MOST_NODES ? " and " + (names.size() - MOST_NODES) + " more" : "");
  }
}
