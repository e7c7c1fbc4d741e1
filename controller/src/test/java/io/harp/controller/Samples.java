package io.harp.controller;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.harp.kube.crd.IPAddressPool;
import java.util.List;

/** Objects as users create them, for tests that need some. */
final class Samples {

  private Samples() {}

  /** A Service of the namespace shop that wants an address. */
  static Service service(String name) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withType("LoadBalancer")
        .withClusterIPs("10.96.0.1")
        .addNewPort()
        .withPort(80)
        .endPort()
        .endSpec()
        .build();
  }

  /** A pool of one range in the namespace metallb-system. */
  static IPAddressPool pool(String name, String range) {
    IPAddressPool pool = new IPAddressPool();
    pool.setMetadata(
        new ObjectMetaBuilder().withNamespace("metallb-system").withName(name).build());
    pool.setSpec(new IPAddressPool.Spec(List.of(range), null, null, null));
    return pool;
  }
}
