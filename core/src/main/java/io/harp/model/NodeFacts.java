package io.harp.model;

import java.util.Map;

/**
 * What the API says of a Node, as far as it decides whether the node may carry external traffic.
 *
 * @param excluded it bears the label {@code
 *     node.kubernetes.io/exclude-from-external-load-balancers}
 * @param networkUnavailable its condition NetworkUnavailable is True
 * @param outOfService it bears the taint {@code node.kubernetes.io/out-of-service}
 * @param deleting its deletion has begun
 */
public record NodeFacts(
    NodeName name,
    Map<String, String> labels,
    boolean excluded,
    boolean networkUnavailable,
    boolean outOfService,
    boolean deleting) {

  public static final String EXCLUDE_LABEL =
      "node.kubernetes.io/exclude-from-external-load-balancers";
  public static final String OUT_OF_SERVICE_TAINT = "node.kubernetes.io/out-of-service";

  public NodeFacts {
    labels = Map.copyOf(labels);
  }
}
