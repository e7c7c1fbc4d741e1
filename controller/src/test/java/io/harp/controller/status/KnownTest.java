package io.harp.controller.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.harp.kube.Fields;
import io.harp.kube.Translate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KnownTest {

  private static final Wanted WANTED = new Wanted(List.of("1.2.3.0"), Optional.of("p"));

  /** A126, and what it does not mean: another mode is another behaviour of the nodes. */
  @ParameterizedTest
  @CsvSource({", true", "VIP, true", "Proxy, false"})
  void onlyTheModeOfOurAddressesIsNoReasonToWrite(@Nullable String mode, boolean said) {
    assertEquals(said, known(mode).says(WANTED, true));
  }

  @Test
  void whereAnnotationsAreIgnoredOnlyAddressesCount() {
    Wanted elsewhere = new Wanted(List.of("1.2.3.0"), Optional.of("q"));
    assertFalse(known("VIP").says(elsewhere, true));
    assertTrue(known("VIP").says(elsewhere, false));
    assertFalse(known("VIP").says(new Wanted(List.of("1.2.3.1"), Optional.of("p")), false));
  }

  /** An update replaces metadata and status: what is left out would be gone. */
  @Test
  void anUpdateKeepsWhatIsNotOurs() {
    Wanted other = new Wanted(List.of("1.2.3.9", "fd00::9"), Optional.of("q"));
    Service written = read(known("VIP").saying(other));
    assertEquals("7", written.getMetadata().getResourceVersion());
    assertEquals(List.of("keep.me/please"), written.getMetadata().getFinalizers());
    assertEquals(Map.of("app", "web"), written.getMetadata().getLabels());
    assertEquals(
        Map.of("theirs", "x", Wanted.FROM_POOL, "q"), written.getMetadata().getAnnotations());
    assertEquals("LoadBalancer", written.getSpec().getType());
    assertEquals("Theirs", written.getStatus().getConditions().getFirst().getType());
    assertEquals(
        List.of("1.2.3.9", "fd00::9"),
        written.getStatus().getLoadBalancer().getIngress().stream().map(i -> i.getIp()).toList());
    Service cleared = read(known("VIP").saying(Wanted.NOTHING));
    assertEquals(Map.of("theirs", "x"), cleared.getMetadata().getAnnotations());
    assertTrue(cleared.getStatus().getLoadBalancer().getIngress().isEmpty());
  }

  private static Service read(String body) {
    return new KubernetesSerialization().unmarshal(body, Service.class);
  }

  private static Known known(@Nullable String mode) {
    Service object =
        new ServiceBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName("web")
            .withResourceVersion("7")
            .addToLabels("app", "web")
            .addToFinalizers("keep.me/please")
            .addToAnnotations(Wanted.FROM_POOL, "p")
            .addToAnnotations("theirs", "x")
            .endMetadata()
            .withNewSpec()
            .withType("LoadBalancer")
            .endSpec()
            .withNewStatus()
            .addNewCondition()
            .withType("Theirs")
            .withStatus("True")
            .endCondition()
            .withNewLoadBalancer()
            .addNewIngress()
            .withIp("1.2.3.0")
            .withIpMode(mode)
            .endIngress()
            .endLoadBalancer()
            .endStatus()
            .build();
    Fields fields = Plain.of(object);
    return new Known(fields, Translate.service(fields));
  }
}
