package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServiceStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.harp.e2e.Lab;
import io.harp.e2e.LabOptions;
import io.harp.e2e.NeedsLab;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.api.RealApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * From MetalLB to Harp on a real API server that holds what MetalLB leaves there: first the
 * commands that look, then the controller in its place.
 */
@NeedsLab(realApi = true)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MigrationLabTest {

  private static final Path LEFT = Chart.ROOT.resolve("controller/src/test/resources/metallb");
  private static final int PATIENCE_MS = 30_000;

  private static Lab lab;
  private static Path kubeconfig;

  private record Said(int status, String text) {}

  @BeforeAll
  static void aClusterAsMetalLbLeavesIt() throws IOException {
    lab = Lab.start(LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.REAL));
    kubeconfig = Admin.kubeconfig(lab);
    client()
        .load(Files.newInputStream(LEFT.resolve("pools.yaml")))
        .items()
        .forEach(MigrationLabTest::create);
    lab.cluster()
        .applyYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: L2Advertisement
            metadata: {name: all, namespace: metallb-system}
            """);
    List<Service> services = new ArrayList<>();
    client()
        .load(Files.newInputStream(LEFT.resolve("services.yaml")))
        .items()
        .forEach(o -> services.add((Service) o));
    for (String namespace :
        services.stream().map(s -> s.getMetadata().getNamespace()).collect(Collectors.toSet())) {
      create(new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build());
    }
    services.forEach(MigrationLabTest::withItsStatus);
    client()
        .nodes()
        .withName(lab.nodes().getFirst().name())
        .edit(n ->
            new NodeBuilder(n)
                .editMetadata()
                .addToLabels(Map.of("kubernetes.io/os", "linux", "lan", "yes"))
                .endMetadata()
                .build());
    // The webhook comes last: here it would refuse the pools, since nobody answers for it.
    Set<String> kinds =
        Set.of("Deployment", "DaemonSet", "Secret", "ConfigMap", "ValidatingWebhookConfiguration");
    client().load(Files.newInputStream(LEFT.resolve("cluster.yaml"))).items().stream()
        .filter(o -> kinds.contains(o.getKind()))
        .forEach(MigrationLabTest::create);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  @Test
  @Order(1)
  void migrateCheckFindsNothingInTheWayAndEveryAddressKept() throws Exception {
    Said said = harp("migrate", "check", "--in-place");
    assertTrue(said.text().contains("MetalLB v0.15.3 in namespace metallb-system"), said.text());
    assertTrue(said.text().contains(kept() + " keep their addresses"), said.text());
    assertFalse(said.text().contains("would have"), said.text());
    assertTrue(said.text().contains("No problem found."), said.text());
    assertEquals(0, said.status());
  }

  @Test
  @Order(2)
  void preflightNamesMetalLbUnlessItIsToGo() throws Exception {
    Said beside = harp("preflight");
    assertEquals(1, beside.status(), beside.text());
    assertTrue(beside.text().contains("7472"), beside.text());
    assertTrue(beside.text().contains("metallb-system/speaker"), beside.text());
    Said inPlace = harp("preflight", "--release", "");
    assertFalse(inPlace.text().contains("metallb-system/speaker"), inPlace.text());
  }

  @Test
  @Order(3)
  void inMetalLbsPlaceTheControllerChangesNoService() {
    final Map<String, String> before = services();
    lab.startController();
    // When a new Service has an address, the controller has been through all that were there.
    lab.cluster().loadBalancer("fresh");
    String fresh = lab.cluster().awaitAddress("fresh", PATIENCE_MS);
    assertFalse(fresh.isEmpty(), "the new Service has no address");
    assertFalse(before.values().stream().anyMatch(s -> s.contains(fresh + " ")), fresh);
    Map<String, String> after = services();
    after.remove("default/fresh");
    assertEquals(before, after);
    assertEquals(
        List.of("fresh"),
        ((RealApi) lab.api())
            .writesByKind().keySet().stream()
                .filter(w -> w.contains(" services"))
                .map(_ -> "fresh")
                .distinct()
                .toList());
  }

  /** Of each Service its version, and its addresses each followed by a blank. */
  private static Map<String, String> services() {
    Map<String, String> services = new TreeMap<>();
    for (Service service : client().services().inAnyNamespace().list().getItems()) {
      if (service.getSpec().getType().equals("LoadBalancer")) {
        services.put(
            service.getMetadata().getNamespace() + "/" + service.getMetadata().getName(),
            service.getMetadata().getResourceVersion()
                + " "
                + service.getStatus().getLoadBalancer().getIngress().stream()
                    .map(i -> i.getIp() + " ")
                    .collect(Collectors.joining()));
      }
    }
    return services;
  }

  /** How many Services have an address of MetalLB's. */
  private static long kept() {
    return client().services().inAnyNamespace().list().getItems().stream()
        .filter(s -> !s.getStatus().getLoadBalancer().getIngress().isEmpty())
        .filter(s -> s.getSpec().getLoadBalancerClass() == null)
        .count();
  }

  private static void create(HasMetadata object) {
    object.getMetadata().setResourceVersion(null);
    // The owner of the dump does not exist here.
    object.getMetadata().setOwnerReferences(List.of());
    client().resource(object).create();
  }

  /** The server gives it cluster addresses of its own; all else is as in the dump. */
  private static void withItsStatus(Service service) {
    ServiceStatus status = service.getStatus();
    service.getSpec().setClusterIP(null);
    service.getSpec().setClusterIPs(null);
    service.getMetadata().setResourceVersion(null);
    Service created = client().resource(service).create();
    client().resource(new ServiceBuilder(created).withStatus(status).build()).updateStatus();
  }

  private static Said harp(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.harp.controller.cli.Harp"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("KUBECONFIG", kubeconfig.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  private static KubernetesClient client() {
    return lab.api().client();
  }
}
