package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.dsl.ServiceResource;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * What the controller makes of Services, told of each kind of API server. It starts once and is
 * killed once; each scenario has Services of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ControllerScenarios {

  private static final String FROM_POOL = "metallb.io/ip-allocated-from-pool";
  static final int PATIENCE_MS = 20_000;

  private final ApiServer.Kind api;
  Lab lab;

  ControllerScenarios(ApiServer.Kind api) {
    this.api = api;
  }

  @BeforeAll
  void start() {
    lab = Lab.start(LabOptions.harp().withNodes(1).withApi(api));
    lab.startDaemons();
    lab.cluster()
        .applyYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: edge, namespace: metallb-system}
            spec: {addresses: [10.77.100.0/24]}
            ---
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: single, namespace: metallb-system}
            spec: {addresses: [10.77.101.7/32], autoAssign: false}
            ---
            apiVersion: metallb.io/v1beta1
            kind: L2Advertisement
            metadata: {name: all, namespace: metallb-system}
            """);
  }

  @AfterAll
  void stop() {
    lab.close();
  }

  @AfterEach
  void nobodyWasForbiddenAnything() throws IOException {
    for (String name : List.of("controller", "speaker-n1")) {
      String log = Files.readString(lab.directory().resolve(name + ".log"));
      assertFalse(log.contains("forbidden") || log.contains("Forbidden"), log);
    }
  }

  @Test
  void aServiceIsGivenAnAddressIsToldOfItAndAnswered() {
    lab.cluster().loadBalancer("web");
    String address = lab.cluster().awaitAddress("web", PATIENCE_MS);
    assertTrue(address.startsWith("10.77.100."), address);
    awaited("a reply", () -> lab.get(address).endsWith("n1"));
    annotatedWithItsPool("web");
    awaited("an event", () -> told("web", "IPAllocated").size() == 1);
    assertTrue(told("web", "IPAllocated").getFirst().getMessage().contains(address));
    awaited("a count", () -> assignedFrom("edge") > 0);
  }

  @Test
  void addressesOutliveTheController() {
    for (int i = 0; i < 3; i++) {
      lab.cluster().loadBalancer("kept-" + i);
    }
    String first = lab.cluster().awaitAddress("kept-0", PATIENCE_MS);
    lab.cluster().awaitAddress("kept-1", PATIENCE_MS);
    String third = lab.cluster().awaitAddress("kept-2", PATIENCE_MS);
    lab.controller().kill();
    service("kept-1").delete();
    lab.cluster().loadBalancer("late");
    lab.startController();
    String late = lab.cluster().awaitAddress("late", PATIENCE_MS);
    assertEquals(List.of(first), lab.cluster().addresses("kept-0"));
    assertEquals(List.of(third), lab.cluster().addresses("kept-2"));
    assertNotEquals(first, late);
    assertNotEquals(third, late);
    assertEquals(1, told("kept-0", "IPAllocated").size());
  }

  @Test
  void aDeletedServiceFreesItsAddressForTheOneThatWaits() {
    asking("has-it", Map.of("metallb.io/address-pool", "single"));
    assertEquals("10.77.101.7", lab.cluster().awaitAddress("has-it", PATIENCE_MS));
    asking("waits", Map.of("metallb.io/address-pool", "single"));
    awaited(
        "an event that names the pool",
        () ->
            told("waits", "AllocationFailed").stream()
                .anyMatch(e -> e.getMessage().contains("single")));
    assertEquals(List.of(), lab.cluster().addresses("waits"));
    service("has-it").delete();
    assertEquals("10.77.101.7", lab.cluster().awaitAddress("waits", PATIENCE_MS));
  }

  @Test
  void theCurrentAnnotationWinsOverTheLegacyOne() {
    String current = "metallb.io/loadBalancerIPs";
    String legacy = "metallb.universe.tf/loadBalancerIPs";
    asking("both", Map.of(current, "10.77.100.201", legacy, "10.77.100.202"));
    assertEquals("10.77.100.201", lab.cluster().awaitAddress("both", PATIENCE_MS));
    asking("old", Map.of(legacy, "10.77.100.203"));
    assertEquals("10.77.100.203", lab.cluster().awaitAddress("old", PATIENCE_MS));
    awaited("a warning", () -> told("old", "deprecatedAnnotation").size() == 1);
  }

  private void asking(String name, Map<String, String> annotations) {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: %s
              namespace: default
              annotations: {%s}
            spec: {type: LoadBalancer, ports: [{name: http, port: 80}]}
            """
                .formatted(
                    name,
                    String.join(
                        ", ",
                        annotations.entrySet().stream()
                            .map(e -> e.getKey() + ": " + e.getValue())
                            .toList())));
  }

  /**
   * In the same write as the address; the embedded server takes only the status of such a write.
   */
  void annotatedWithItsPool(String service) {
    if (api == ApiServer.Kind.REAL) {
      assertEquals("edge", annotation(service, FROM_POOL));
    }
  }

  String annotation(String service, String key) {
    return Optional.ofNullable(service(service).get())
        .map(s -> s.getMetadata().getAnnotations().get(key))
        .orElse("");
  }

  private List<Event> told(String service, String reason) {
    return lab.api().client().v1().events().inNamespace("default").list().getItems().stream()
        .filter(e -> service.equals(e.getInvolvedObject().getName()))
        .filter(e -> reason.equals(e.getReason()))
        .toList();
  }

  private long assignedFrom(String pool) {
    var status =
        lab.api()
            .client()
            .genericKubernetesResources("metallb.io/v1beta1", "IPAddressPool")
            .inNamespace(LabPlan.NAMESPACE)
            .withName(pool)
            .get()
            .getAdditionalProperties()
            .get("status");
    return status instanceof Map<?, ?> m && m.get("assignedIPv4") instanceof Number n
        ? n.longValue()
        : 0;
  }

  ServiceResource<Service> service(String name) {
    return lab.api().client().services().inNamespace("default").withName(name);
  }

  static void awaited(String what, BooleanSupplier comeTrue) {
    assertTrue(SpeakerLab.await(PATIENCE_MS, comeTrue), what);
  }
}
