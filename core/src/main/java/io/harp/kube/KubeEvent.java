package io.harp.kube;

import io.harp.config.Config;
import io.harp.config.Problem;
import io.harp.model.Endpoints;
import io.harp.model.LbService;
import io.harp.model.NodeFacts;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.util.List;

/** What {@link Watches} tells: the newest state of one thing. Repeats are possible. */
public sealed interface KubeEvent {

  /** A Service exists, was changed, or was listed again. */
  record ServiceSeen(LbService service) implements KubeEvent {}

  /** A Service is gone. */
  record ServiceGone(ServiceKey key) implements KubeEvent {}

  /** The endpoints of a Service over all its slices changed; {@link Endpoints#NONE} if none. */
  record EndpointsSeen(ServiceKey key, Endpoints endpoints) implements KubeEvent {}

  /** A Node exists or something we care about changed. */
  record NodeSeen(NodeFacts node) implements KubeEvent {}

  /** A Node is gone. */
  record NodeGone(NodeName name) implements KubeEvent {}

  /**
   * The configuration or what is wrong with it changed. The first one comes when all pools and
   * advertisements have been listed.
   */
  record ConfigSeen(Config config, List<Problem> problems) implements KubeEvent {}

  /** Everything watched has been listed once. Comes once, after all that was listed. */
  record Synced() implements KubeEvent {}
}
