package io.harp.controller.survey;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What somebody is about to install.
 *
 * @param namespace where
 * @param release the name before {@code -controller} and {@code -speaker}; empty for the plain
 *     manifests
 * @param lbClass the {@code spec.loadBalancerClass} it will serve; empty for Services without one
 * @param leaving workloads that go before it comes, {@code DaemonSet namespace/name}
 */
public record Installation(
    String namespace, String release, String lbClass, List<Port> ports, Set<String> leaving) {

  public Installation {
    ports = List.copyOf(ports);
    leaving = Set.copyOf(leaving);
  }

  /**
   * A TCP port it wants on each node.
   *
   * @param value of the chart that changes it
   * @param onNode whether it is on the node's network in every case
   */
  public record Port(int number, String part, String value, boolean onNode) {}

  /** The ports of the chart. */
  public static List<Port> ports(int membership, int metrics, int monitor) {
    return List.of(
        new Port(membership, "speaker", "speaker.memberlist.mlBindPort", true),
        new Port(metrics, "speaker", "prometheus.metricsPort", true),
        new Port(monitor, "packet-monitor", "packetMonitor.metricsPort", false),
        new Port(9443, "controller", "controller.extraArgs={--webhook-port=PORT}", false));
  }

  String name(String part) {
    return release.isEmpty() ? part : release + "-" + part;
  }

  /** Workloads that are earlier versions of this one, or go before it comes. */
  Set<String> replaced() {
    Set<String> replaced = new HashSet<>(leaving);
    for (String part : List.of("controller", "speaker", "packet-monitor", "node-exporter")) {
      replaced.add("Deployment " + namespace + "/" + name(part));
      replaced.add("DaemonSet " + namespace + "/" + name(part));
    }
    return replaced;
  }
}
