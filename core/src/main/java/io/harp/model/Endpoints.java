package io.harp.model;

import java.util.Set;

/**
 * Where a Service's endpoints can serve. An endpoint can serve if it is ready (unset counts as
 * ready) or serving, so terminating pods that still serve count.
 *
 * @param anyServing whether at least one endpoint can serve, on a known node or not
 * @param servingNodes the nodes that have one
 */
public record Endpoints(boolean anyServing, Set<NodeName> servingNodes) {

  public static final Endpoints NONE = new Endpoints(false, Set.of());

  public Endpoints {
    servingNodes = Set.copyOf(servingNodes);
  }
}
