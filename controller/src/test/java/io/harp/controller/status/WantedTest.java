package io.harp.controller.status;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.harp.kube.Translate;
import io.harp.model.LbService;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WantedTest {

  /** A126: MetalLB writes the status again, without the mode the server puts there. */
  @Test
  void theModeThatTheServerAddsIsNoReasonToWrite() {
    LbService served = served("VIP");
    assertTrue(new Wanted(List.of("1.2.3.0"), Optional.of("p")).isSaidBy(served));
    assertFalse(new Wanted(List.of("1.2.3.1"), Optional.of("p")).isSaidBy(served));
    assertFalse(new Wanted(List.of("1.2.3.0"), Optional.of("q")).isSaidBy(served));
    assertFalse(Wanted.NOTHING.isSaidBy(served));
  }

  private static LbService served(String mode) {
    return Translate.service(
        Plain.of(
            new ServiceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .addToAnnotations(Wanted.FROM_POOL, "p")
                .endMetadata()
                .withNewSpec()
                .withType("LoadBalancer")
                .endSpec()
                .withNewStatus()
                .withNewLoadBalancer()
                .addNewIngress()
                .withIp("1.2.3.0")
                .withIpMode(mode)
                .endIngress()
                .endLoadBalancer()
                .endStatus()
                .build()));
  }
}
