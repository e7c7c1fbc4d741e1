package io.harp.controller.survey;

import io.harp.controller.hostports.Census;
import io.harp.kube.Fields;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import io.harp.kube.Server;
import io.harp.kube.Server.Right;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a preflight has to know of a cluster.
 *
 * @param namespaceLabels of the namespace to install into; empty if it does not exist
 * @param cilium the ConfigMap of Cilium, empty if there is none
 * @param missing rights the user lacks
 */
public record Facts(
    Server.Version version,
    Optional<Map<String, String>> namespaceLabels,
    Census census,
    Map<String, String> cilium,
    List<Right> missing) {

  public Facts {
    namespaceLabels = namespaceLabels.map(Map::copyOf);
    cilium = Map.copyOf(cilium);
    missing = List.copyOf(missing);
  }

  /**
   * Reads a cluster.
   *
   * @throws io.harp.kube.ApiUnavailable if it cannot be read
   */
  public static Facts of(Server server, String namespace) {
    Server.Version version = server.version();
    Optional<Map<String, String>> labels =
        server.list(Resource.NAMESPACES, Scope.ALL.withName(namespace)).stream()
            .findFirst()
            .map(n -> n.object("metadata").labels("labels"));
    Map<String, String> cilium =
        server
            .list(Resource.CONFIG_MAPS, Scope.in("kube-system").withName("cilium-config"))
            .stream()
            .findFirst()
            .map((Fields map) -> map.labels("data"))
            .orElse(Map.of());
    List<Right> missing =
        Rights.toInstall(namespace, labels.isPresent()).stream()
            .filter(right -> !server.may(right))
            .toList();
    return new Facts(version, labels, Census.of(server::list), cilium, missing);
  }
}
