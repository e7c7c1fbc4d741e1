package io.harp.controller.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.apps.DaemonSetBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.harp.kube.Clients;
import io.harp.kube.Json;
import io.harp.kube.Server;
import io.harp.loop.Clock;
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
  private KubernetesClient client = Clients.connect(config("http://127.0.0.1:1"));
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
    client.close();
    client = Clients.connect(config(server.url("/")));
    client
        .resource(new NodeBuilder().withNewMetadata().withName("n1").endMetadata().build())
        .create();
  }

  @AfterEach
  void stop() {
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

  @Test
  void aClusterThatDoesNotAnswerIsStatusTwo() {
    server.shutdown();
    assertEquals(2, preflight());
    assertTrue(err.toString().startsWith("harp: cannot ask for /version"), err.toString());
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
    return question.apply(new Server(client, Clock.system()));
  }

  private int run(Callable<Integer> command, String... args) {
    out.getBuffer().setLength(0);
    return Harp.status(new CommandLine(command), args, new PrintWriter(out), new PrintWriter(err));
  }
}
