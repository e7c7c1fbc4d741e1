package io.harp.controller.hostports;

import io.harp.controller.hostports.Placement.Toleration;
import io.harp.controller.hostports.Workload.Claim;
import io.harp.kube.Fields;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * All workloads of a cluster at one moment, and what a newcomer's port would collide with.
 *
 * @param objects by kind: whatever has a pod template, and the pods in host networks
 */
public record Census(
    Map<String, List<Fields>> objects, List<NodeView> nodes, Assignments assignments) {

  public Census {
    objects = Map.copyOf(objects);
    nodes = List.copyOf(nodes);
  }

  /** Reads a cluster; throws what {@code list} throws, or that the reservations are malformed. */
  public static Census of(BiFunction<Resource, Scope, List<Fields>> list) {
    Map<String, List<Fields>> objects = new LinkedHashMap<>();
    Workloads.TEMPLATES.forEach(k -> objects.put(k.kind(), list.apply(k, Scope.ALL)));
    objects.put("Pod", list.apply(Resource.PODS, Workloads.IN_HOST_NETWORK));
    NodeBook nodes = new NodeBook();
    list.apply(Resource.NODES, Scope.ALL).forEach(nodes::seen);
    Assignments assignments =
        list.apply(Resource.CONFIG_MAPS, PortGuard.ASSIGNMENTS).stream()
            .findFirst()
            .map((Fields map) -> Assignments.parse(map.object("data").text(PortGuard.KEY)))
            .orElse(Assignments.NONE);
    return new Census(objects, List.copyOf(nodes.all()), assignments);
  }

  /**
   * What is wrong with one more TCP port on every node, one line each.
   *
   * @param name of the DaemonSet that wants it
   * @param leaving workloads that go before it comes, {@code DaemonSet namespace/name}
   */
  public List<String> against(
      String namespace, String name, String container, int port, Set<String> leaving) {
    Workload candidate =
        new Workload(
            new Workload.Id("DaemonSet", namespace, name),
            true,
            List.of(new Claim(container, new HostPort(port, "TCP", ""))),
            new Placement("", Map.of(), List.of(), List.of(new Toleration("", "Exists", "", ""))));
    Workloads workloads = Workloads.none();
    objects.forEach((kind, list) -> list.forEach(o -> workloads.put(kind, o)));
    Collection<Workload> others =
        workloads.all().stream().filter(w -> !leaving.contains(w.id().toString())).toList();
    return HostPorts.judge(candidate, others, nodes, assignments);
  }
}
