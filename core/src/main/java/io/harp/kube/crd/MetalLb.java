package io.harp.kube.crd;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The group whose objects Harp reads and writes, and the names it uses in other objects. */
public final class MetalLb {

  public static final String GROUP = "metallb.io";
  public static final String VERSION = "v1beta1";

  public static final ResourceDefinitionContext POOLS =
      kind("IPAddressPool", "ipaddresspools", VERSION);
  public static final ResourceDefinitionContext BGP_PEERS = kind("BGPPeer", "bgppeers", "v1beta2");

  private MetalLb() {}

  private static ResourceDefinitionContext kind(String kind, String plural, String version) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }
}
