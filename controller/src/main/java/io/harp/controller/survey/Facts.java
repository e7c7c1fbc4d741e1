package io.harp.controller.survey;

import io.harp.controller.hostports.Census;
import io.harp.kube.Fields;
import io.harp.kube.PlainObjects.Kind;
import io.harp.kube.PlainObjects.Scope;
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

  static final Kind NAMESPACES = new Kind("", "v1", "Namespace", "namespaces");
  static final Kind CONFIG_MAPS = new Kind("", "v1", "ConfigMap", "configmaps");

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
        server.list(NAMESPACES, named(Optional.empty(), namespace)).stream()
            .findFirst()
            .map(n -> n.object("metadata").labels("labels"));
    Map<String, String> cilium =
        server.list(CONFIG_MAPS, named(Optional.of("kube-system"), "cilium-config")).stream()
            .findFirst()
            .map((Fields map) -> map.labels("data"))
            .orElse(Map.of());
    List<Right> missing =
        Rights.toInstall(namespace, labels.isPresent()).stream()
            .filter(right -> !server.may(right))
            .toList();
    return new Facts(version, labels, Census.of(server::list), cilium, missing);
  }

  static Scope named(Optional<String> namespace, String name) {
    return new Scope(namespace, Map.of("metadata.name", name));
  }
}
