package io.harp.kube.crd;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The group whose objects Harp reads and writes, and the names it uses in other objects. */
public final class MetalLb {

  public static final String GROUP = "metallb.io";
  public static final String VERSION = "v1beta1";
  public static final String STATE_KIND = "ConfigurationState";

  public static final ResourceDefinitionContext POOLS = kind("IPAddressPool", "ipaddresspools");
  public static final ResourceDefinitionContext ADVERTISEMENTS =
      kind("L2Advertisement", "l2advertisements");
  public static final ResourceDefinitionContext BGP_PEERS = kind("BGPPeer", "bgppeers", "v1beta2");
  public static final ResourceDefinitionContext BGP_ADVERTISEMENTS =
      kind("BGPAdvertisement", "bgpadvertisements");
  public static final ResourceDefinitionContext BFD_PROFILES = kind("BFDProfile", "bfdprofiles");
  public static final ResourceDefinitionContext COMMUNITIES = kind("Community", "communities");

  private MetalLb() {}

  private static ResourceDefinitionContext kind(String kind, String plural) {
    return kind(kind, plural, VERSION);
  }

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
