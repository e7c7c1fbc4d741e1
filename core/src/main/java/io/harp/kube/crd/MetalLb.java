package io.harp.kube.crd;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The group whose objects Harp reads and writes, and the names it uses in other objects. */
public final class MetalLb {

  public static final String GROUP = "metallb.io";
  public static final String VERSION = "v1beta1";

  public static final ResourceDefinitionContext POOLS = kind("IPAddressPool", "ipaddresspools");
  public static final ResourceDefinitionContext ADVERTISEMENTS =
      kind("L2Advertisement", "l2advertisements");

  private MetalLb() {}

  private static ResourceDefinitionContext kind(String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion(VERSION)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }
}
