package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabPlan;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Both API servers hold the objects a cluster would hold, and count what others write. */
class ApiServersLabTest {

  @Nested
  @NeedsLab
  class Embedded {
    @Test
    void holdsWhatAClusterWouldHold() {
      check(ApiServer.Kind.EMBEDDED);
    }
  }

  @Nested
  @NeedsLab(realApi = true)
  class Real {
    @Test
    void holdsWhatAClusterWouldHold() {
      check(ApiServer.Kind.REAL);
    }
  }

  private static void check(ApiServer.Kind kind) {
    try (StandInLab standIns = StandInLab.start(kind)) {
      Lab lab = standIns.lab();
      var client = lab.api().client();
      assertEquals(3, client.nodes().list().getItems().size());
      Pod pod =
          client
              .pods()
              .inNamespace(LabPlan.NAMESPACE)
              .withLabel("component", "speaker")
              .list()
              .getItems()
              .getFirst();
      assertEquals("10.78.0.11", pod.getStatus().getPodIP());
      lab.cluster().loadBalancer("web");
      Service service = client.services().inNamespace("default").withName("web").get();
      assertTrue(service.getSpec().getClusterIP().startsWith("10.96."));
      var slices = client.discovery().v1().endpointSlices().inNamespace("default");
      assertEquals(3, slices.withName("web-lab").get().getEndpoints().size());
      lab.cluster()
          .applyYaml(
              """
              apiVersion: metallb.io/v1beta1
              kind: IPAddressPool
              metadata: {name: edge, namespace: metallb-system}
              spec: {addresses: [10.77.100.0/24]}
              """);
      assertEquals(
          1,
          client
              .genericKubernetesResources("metallb.io/v1beta1", "IPAddressPool")
              .inNamespace(LabPlan.NAMESPACE)
              .list()
              .getItems()
              .size());
      assertEquals(0, lab.api().writesSoFar());
    }
  }
}
