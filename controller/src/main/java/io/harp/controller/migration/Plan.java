package io.harp.controller.migration;

/**
 * How somebody wants to migrate.
 *
 * @param inPlace instead of MetalLB, in its namespace; else beside it
 * @param namespace where Harp will be
 * @param release the Helm release; empty for the plain manifests
 * @param lbClass the {@code spec.loadBalancerClass} Harp will serve; empty for Services without one
 * @param membership port of the membership on the nodes
 * @param metrics port of the metrics on the nodes
 */
public record Plan(
    boolean inPlace,
    String namespace,
    String release,
    String lbClass,
    int membership,
    int metrics) {

  public static final int MEMBERSHIP = 7472;
  public static final int METRICS = 7473;

  /** The name of the speakers' DaemonSet. */
  String speaker() {
    return release.isEmpty() ? "speaker" : release + "-speaker";
  }
}
