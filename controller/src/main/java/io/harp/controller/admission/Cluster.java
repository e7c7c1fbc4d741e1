package io.harp.controller.admission;

import io.harp.config.Occupied;
import io.harp.config.Parsed;
import io.harp.config.PoolSpec;
import java.util.List;
import java.util.Map;

/**
 * What new objects are compared with, as it is now. Each method may throw {@link
 * io.harp.kube.ApiUnavailable}.
 */
interface Cluster {

  /** The pools of our namespace, read now: one created a moment ago must not be overlooked. */
  List<Parsed<PoolSpec>> pools();

  /** The labels of every namespace. */
  Map<String, Map<String, String>> namespaces();

  /** The addresses of nodes, the ranges of pods and Services. */
  List<Occupied> occupied();
}
