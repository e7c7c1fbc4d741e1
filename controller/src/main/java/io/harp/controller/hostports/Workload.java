package io.harp.controller.hostports;

import java.util.List;

/**
 * What wants host ports: a pod, or whatever has a pod template.
 *
 * @param id kind, namespace and name
 * @param hostNetwork whether it lives in the node's own network
 * @param claims its host ports, in the order of its containers
 * @param placement where its pods may run
 */
record Workload(Id id, boolean hostNetwork, List<Claim> claims, Placement placement) {

  Workload {
    claims = List.copyOf(claims);
  }

  /** Kind, namespace and name, {@code DaemonSet shop/web}. */
  record Id(String kind, String namespace, String name) {
    @Override
    public String toString() {
      return kind + " " + namespace + "/" + name;
    }
  }

  /** A host port and the container that wants it. */
  record Claim(String container, HostPort port) {}

  /** Whether the two want the same, at the same places. */
  boolean wantsTheSame(Workload other) {
    return claims.equals(other.claims) && placement.equals(other.placement);
  }
}
