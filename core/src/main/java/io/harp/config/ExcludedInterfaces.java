package io.harp.config;

import java.util.List;

/** Names of interfaces that never speak unless somebody says otherwise. */
public final class ExcludedInterfaces {

  /**
   * The regular expressions that MetalLB's manifests ship in {@code excludel2.yaml}, and our chart.
   */
  public static final List<String> DEFAULT =
      List.of(
          "^docker.*",
          "^cbr.*",
          "^dummy.*",
          "^virbr.*",
          "^lxcbr.*",
          "^veth.*",
          "^lo$",
          "^cali.*",
          "^tunl.*",
          "^flannel.*",
          "^kube-ipvs.*",
          "^cni.*",
          "^nodelocaldns.*",
          "^lxc.*");

  private ExcludedInterfaces() {}
}
