package io.harp.controller.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.harp.kube.Api;
import io.harp.kube.Json;
import io.harp.kube.Server;
import io.harp.kube.crd.IPAddressPool;
import io.harp.kube.crd.L2Advertisement;
import io.harp.loop.Clock;
import io.harp.ops.Version;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands against the embedded API. */
class CommandsTest {

  private final Map<ServerRequest, Queue<ServerResponse>> answers = new HashMap<>();
  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          answers,
          new KubernetesMixedDispatcher(answers, List.of()),
          false);
  private Api api = Api.connect(config("http://127.0.0.1:1"));
  private KubernetesClient client =
      new KubernetesClientBuilder().withConfig(config("http://127.0.0.1:1")).build();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private static Config config(String url) {
    return new ConfigBuilder().withAutoConfigure(false).withMasterUrl(url).build();
  }

  @BeforeEach
  void aCluster() {
    server
        .expect()
        .get()
        .withPath("/version")
        .andReturn(200, Map.of("major", "1", "minor", "34", "gitVersion", "v1.34.1"))
        .always();
    // It answers with what it was told first, and tells itself a version when it starts.
    server.init();
    api.close();
    api = Api.connect(config(server.url("/")));
    client.close();
    client = server.createClient();
    client
        .resource(new NodeBuilder().withNewMetadata().withName("n1").endMetadata().build())
        .create();
  }

  @AfterEach
  void stop() {
    api.close();
    client.close();
    try {
      server.destroy();
    } catch (IllegalStateException e) {
      // On a busy machine the mock's own threads outlive its patience; it no longer listens.
      assertTrue(String.valueOf(e.getMessage()).contains("close"));
    }
  }

  @Test
  void aClusterThatIsReadyPasses() {
    allow(true);
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("metallb-system")
                .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                .endMetadata()
                .build())
        .create();
    assertEquals(0, preflight(), out + "" + err);
    assertEquals(
        "Kubernetes v1.34.1, namespace metallb-system\nNo problem found.\n", out.toString());
  }

  @Test
  void aTakenPortIsStatusOneAlsoAsJson() {
    allow(true);
    client
        .resource(
            new DaemonSetBuilder()
                .withNewMetadata()
                .withNamespace("mon")
                .withName("agent")
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewSpec()
                .withHostNetwork(true)
                .addNewContainer()
                .withName("agent")
                .addNewPort()
                .withContainerPort(7473)
                .endPort()
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();
    assertEquals(1, preflight("-o", "json"), err.toString());
    Map<String, Object> printed = Json.object(out.toString().getBytes(StandardCharsets.UTF_8));
    assertEquals(false, printed.get("ok"));
    assertTrue(out.toString().contains("\"subject\":\"port 7473\""), out.toString());
    assertEquals(0, preflight("--metrics-port", "7483"), out.toString());
  }

  @Test
  void missingRightsAreStatusOne() {
    allow(false);
    assertEquals(1, preflight(), out + "" + err);
    assertTrue(out.toString().contains("you may not create namespaces, create custom"), out + "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ports ", "preflight ", "migrate ", "migrate check "})
  void everyCommandTellsTheVersion(String command) {
    String[] words = (command + "--version").split(" ");
    assertEquals(0, Harp.run(words, new PrintWriter(out, true), new PrintWriter(err, true)));
    assertEquals(new Version().getVersion()[0], out.toString().strip());
  }

  @Test
  void aClusterThatDoesNotAnswerIsStatusTwo() {
    server.shutdown();
    assertEquals(2, preflight());
    assertTrue(err.toString().startsWith("harp: cannot ask for /version"), err.toString());
  }

  @Test
  void migrateCheckFindsMetalLbAndNamesTheAddressThatWouldChange() {
    allow(true);
    client
        .resource(
            new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace("lb")
                .withName("metallb-controller")
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewSpec()
                .addNewContainer()
                .withName("controller")
                .withImage("quay.io/metallb/controller:v0.16.1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build())
        .create();
    IPAddressPool pool = new IPAddressPool();
    pool.setMetadata(new ObjectMetaBuilder().withNamespace("lb").withName("edge").build());
    pool.setSpec(new IPAddressPool.Spec(List.of("10.77.100.0/30"), null, null, null));
    client.resource(pool).create();
    L2Advertisement all = new L2Advertisement();
    all.setMetadata(new ObjectMetaBuilder().withNamespace("lb").withName("all").build());
    client.resource(all).create();
    service("kept", "10.77.100.2");
    assertEquals(0, migrate("--in-place"), out + "" + err);
    assertTrue(out.toString().contains("MetalLB v0.16.1 in namespace lb"), out.toString());
    assertTrue(out.toString().contains("1 keep their addresses"), out.toString());
    service("lost", "10.77.100.9");
    assertEquals(1, migrate("--in-place", "-o", "json"), err.toString());
    assertTrue(out.toString().contains("10.77.100.9 is in no pool"), out.toString());
    assertEquals(0, migrate("--values"), err.toString());
    assertEquals("loadBalancerClass: \"harp.io/l2\"\n", out.toString());
  }

  @Test
  void migrateCheckWithoutMetalLbIsStatusTwo() {
    allow(true);
    assertEquals(2, migrate());
    assertTrue(err.toString().startsWith("harp: no Deployment has an image metallb/"), err + "");
  }

  @Test
  void migrateCheckThatMayNotSeeServicesIsStatusTwo() {
    allow(false);
    server
        .expect()
        .get()
        .withPath("/api/v1/nodes?limit=500")
        .andReturn(403, Map.of("kind", "Status", "code", 403, "reason", "Forbidden"))
        .always();
    assertEquals(2, migrate());
    assertEquals("harp: not allowed to list nodes\n", err.toString());
  }

  private int migrate(String... args) {
    return run(new MigrateCheck(this::ask), args);
  }

  private void service(String name, String address) {
    Service service =
        new ServiceBuilder()
            .withNewMetadata()
            .withNamespace("shop")
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .withType("LoadBalancer")
            .withClusterIPs("10.96.0.1")
            .endSpec()
            .withNewStatus()
            .withNewLoadBalancer()
            .addNewIngress()
            .withIp(address)
            .endIngress()
            .endLoadBalancer()
            .endStatus()
            .build();
    client.resource(service).create();
    client.resource(service).updateStatus();
  }

  private void allow(boolean all) {
    server
        .expect()
        .post()
        .withPath("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        .andReturn(201, Map.of("status", Map.of("allowed", all)))
        .always();
  }

  private int preflight(String... args) {
    return run(new CheckBefore(this::ask), args);
  }

  private <T> T ask(Function<Server, T> question) {
    return question.apply(new Server(api, Clock.system()));
  }

  private int run(Callable<Integer> command, String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Harp.status(new CommandLine(command), args, new PrintWriter(out), new PrintWriter(err));
  }
}
