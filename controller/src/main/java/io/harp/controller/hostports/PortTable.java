package io.harp.controller.hostports;

import io.harp.controller.hostports.Workload.Claim;
import io.harp.kube.Fields;
import io.harp.kube.PlainObjects;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Who uses which host port, and for whom it is reserved.
 *
 * @param lines for people to read: a heading, then one line for each port of each workload
 * @param findings what the port guard would say about what is there
 */
public record PortTable(List<String> lines, List<String> findings) {

  public PortTable {
    lines = List.copyOf(lines);
    findings = List.copyOf(findings);
  }

  /**
   * Reads a cluster.
   *
   * @throws io.harp.kube.ApiUnavailable if it cannot be read
   * @throws IllegalArgumentException if the reservations cannot be read
   */
  public static PortTable of(PlainObjects objects) {
    NodeBook nodes = new NodeBook();
    objects.list(Resource.NODES, Scope.ALL).orElse(List.of()).forEach(nodes::seen);
    Assignments assignments =
        objects.list(Resource.CONFIG_MAPS, PortGuard.ASSIGNMENTS).orElse(List.of()).stream()
            .findFirst()
            .map((Fields map) -> Assignments.parse(map.object("data").text(PortGuard.KEY)))
            .orElse(Assignments.NONE);
    return of(Workloads.list(objects).all(), nodes.all(), assignments);
  }

  static PortTable of(
      Collection<Workload> workloads, Collection<NodeView> nodes, Assignments assignments) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("PORT", "PROTOCOL", "HOST IP", "WORKLOAD", "CONTAINER", "NODES", "RESERVED FOR"));
    List<String> findings = new ArrayList<>();
    record Use(Workload workload, Claim claim) {}
    workloads.stream()
        .flatMap(w -> w.claims().stream().map(c -> new Use(w, c)))
        .sorted(
            Comparator.comparingInt((Use u) -> u.claim().port().port())
                .thenComparing(u -> u.claim().port().protocol())
                .thenComparing(u -> u.workload().id().toString()))
        .forEach(use -> rows.add(row(use.workload(), use.claim(), nodes, assignments)));
    workloads.stream()
        .sorted(Comparator.comparing(w -> w.id().toString()))
        .forEach(w -> findings.addAll(HostPorts.judge(w, workloads, nodes, assignments)));
    return new PortTable(aligned(rows), findings);
  }

  private static List<String> row(
      Workload workload, Claim claim, Collection<NodeView> nodes, Assignments assignments) {
    List<String> names =
        nodes.stream().filter(n -> workload.placement().fits(n)).map(NodeView::name).toList();
    List<String> holders = assignments.holders(claim.port().port());
    return List.of(
        String.valueOf(claim.port().port()),
        claim.port().protocol(),
        claim.port().ip().isEmpty() ? "*" : claim.port().ip(),
        workload.id().toString(),
        claim.container(),
        names.isEmpty() ? "none" : names.size() == nodes.size() ? "all" : HostPorts.words(names),
        holders.isEmpty() ? "-" : String.join(", ", holders));
  }

  private static List<String> aligned(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    rows.forEach(row -> {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    });
    return rows.stream()
        .map(row -> {
          StringBuilder line = new StringBuilder();
          for (int i = 0; i < columns; i++) {
            line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
          }
          return line.toString().stripTrailing();
        })
        .toList();
  }
}
