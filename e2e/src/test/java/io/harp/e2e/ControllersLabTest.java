package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two controllers, one real API server. */
@NeedsLab(realApi = true)
@Tag("alone")
class ControllersLabTest {

  private static final Logger log = LoggerFactory.getLogger(ControllersLabTest.class);

  private static final int SERVICES = 90;

  @Test
  void theStandbyGoesOnWhereADeadLeaderStopped() throws IOException {
    try (Lab lab = Lab.start(LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.REAL));
        AddressHistory history = new AddressHistory(lab.api().client())) {
      LabProcess first = lab.startController("controller-1");
      history.await("a leader", 15_000, () -> holder(lab).startsWith("controller-1_"));
      LabProcess second =
          lab.startController("controller-2", "--metrics-port=7573", "--health-probe-port=17572");
      history.await("a standby", 15_000, () -> second.tail(20).contains("standing by"));
      pool(lab);

      Thread user = Thread.ofVirtual().start(() -> create(lab, 0, SERVICES));
      history.await("some addresses", 30_000, () -> history.now().size() > SERVICES / 3);
      int given = history.now().size();
      first.kill();
      long killed = System.nanoTime();
      history.await("a new leader", 10_000, () -> holder(lab).startsWith("controller-2_"));
      history.await("addresses again", 10_000, () -> history.now().size() > given + 16);
      long takeoverMs = (System.nanoTime() - killed) / 1_000_000;
      history.await("all addresses", 60_000, () -> history.now().size() == SERVICES);
      join(user);
      nothingMoved(history);
      assertTrue(takeoverMs <= 5_000, takeoverMs + " ms until addresses were given again");

      LabProcess third = lab.startController("controller-3");
      history.await("a standby", 15_000, () -> third.tail(20).contains("standing by"));
      second.terminate();
      long left = System.nanoTime();
      create(lab, SERVICES, SERVICES + 1);
      history.await("an address", 10_000, () -> history.now().size() == SERVICES + 1);
      long handoverMs = (System.nanoTime() - left) / 1_000_000;
      nothingMoved(history);
      log.info("takeover after SIGKILL {} ms, after SIGTERM {} ms", takeoverMs, handoverMs);
      assertTrue(handoverMs <= 3_000, handoverMs + " ms until the next one gave an address");
      for (LabProcess process : Set.of(first, second, third)) {
        assertFalse(Files.readString(process.log()).contains("forbidden"), process.name());
      }
    }
  }

  private static void nothingMoved(AddressHistory history) {
    assertEquals(Map.of(), history.moved());
    assertEquals(Set.of(), history.twice());
  }

  private static String holder(Lab lab) {
    return Optional.ofNullable(
            lab.api()
                .client()
                .leases()
                .inNamespace(LabPlan.NAMESPACE)
                .withName("harp-controller")
                .get())
        .map(l -> l.getSpec().getHolderIdentity())
        .orElse("");
  }

  private static void pool(Lab lab) {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: edge, namespace: metallb-system}
            spec: {addresses: [10.77.100.0/22]}
            """);
  }

  private static void create(Lab lab, int from, int to) {
    for (int i = from; i < to; i++) {
      lab.api()
          .client()
          .resource(
              new ServiceBuilder()
                  .withNewMetadata()
                  .withName("s" + i)
                  .withNamespace("default")
                  .endMetadata()
                  .withNewSpec()
                  .withType("LoadBalancer")
                  .withAllocateLoadBalancerNodePorts(false)
                  .addNewPort()
                  .withPort(80)
                  .endPort()
                  .endSpec()
                  .build())
          .create();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
