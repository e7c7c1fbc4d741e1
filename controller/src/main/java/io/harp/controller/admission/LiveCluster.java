package io.harp.controller.admission;

import io.harp.config.Occupied;
import io.harp.config.Parsed;
import io.harp.config.PoolSpec;
import io.harp.controller.hostports.NodeBook;
import io.harp.kube.ApiUnavailable;
import io.harp.kube.Fields;
import io.harp.kube.PlainObjects;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import io.harp.kube.Translate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The cluster behind the API: pools are asked for, nodes are known from a watch. */
final class LiveCluster implements Cluster {

  /** From Kubernetes 1.33 on; before that the flags have to say it. */
  private static final Resource SERVICE_CIDRS =
      new Resource("networking.k8s.io", "v1", "ServiceCIDR", "servicecidrs");

  private final PlainObjects objects;
  private final String namespace;
  private final NodeBook nodes;
  private final List<Occupied> told;

  /**
   * @param told what the flags say is occupied
   */
  LiveCluster(PlainObjects objects, String namespace, NodeBook nodes, List<Occupied> told) {
    this.objects = objects;
    this.namespace = namespace;
    this.nodes = nodes;
    this.told = List.copyOf(told);
  }

  @Override
  public List<Parsed<PoolSpec>> pools() {
    return objects
        .list(Resource.POOLS, Scope.in(namespace))
        .orElseThrow(
            () -> new ApiUnavailable("cannot list ipaddresspools: not installed, or not allowed"))
        .stream()
        .map(Translate::pool)
        .toList();
  }

  @Override
  public Map<String, Map<String, String>> namespaces() {
    Map<String, Map<String, String>> labels = new HashMap<>();
    for (Fields each : list(Resource.NAMESPACES, Scope.ALL)) {
      labels.put(each.nameOr(""), each.object("metadata").labels("labels"));
    }
    return labels;
  }

  @Override
  public List<Occupied> occupied() {
    List<Occupied> all = new ArrayList<>(told);
    for (Fields each : list(SERVICE_CIDRS, Scope.ALL)) {
      for (String cidr : each.object("spec").texts("cidrs")) {
        NodeBook.range(cidr)
            .ifPresent(range ->
                all.add(new Occupied("ServiceCIDR " + each.nameOr("") + " (" + cidr + ")", range)));
      }
    }
    all.addAll(nodes.occupied());
    return all;
  }

  private List<Fields> list(Resource kind, Scope scope) {
    return objects.list(kind, scope).orElse(List.of());
  }
}
