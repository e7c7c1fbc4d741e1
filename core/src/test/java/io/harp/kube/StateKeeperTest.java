package io.harp.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.harp.config.Problem;
import io.harp.kube.crd.ConfigurationState;
import io.harp.loop.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StateKeeperTest {

  private static final String NAMESPACE = "metallb-system";
  private static final Problem BAD =
      new Problem("IPAddressPool edge", "spec.addresses", "is empty", "add a range");

  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(List.of()),
          false);
  private final Api api = connect();
  private final KubernetesClient client = server.createClient();
  private StateKeeper keeper = keeper();

  private Api connect() {
    server.init();
    return Api.connect(
        new ConfigBuilder().withAutoConfigure(false).withMasterUrl(server.url("/")).build());
  }

  private StateKeeper keeper() {
    return StateKeeper.start(
        api,
        NAMESPACE,
        StateKeeper.Component.speaker("node-1", Optional.of("speaker-abc")),
        Clock.system(),
        () -> true);
  }

  @AfterEach
  void stop() {
    keeper.close();
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
  void theStateBelongsToItsPodAndNamesItsNode() {
    Pod pod =
        client
            .resource(
                new PodBuilder()
                    .withNewMetadata()
                    .withName("speaker-abc")
                    .withNamespace(NAMESPACE)
                    .endMetadata()
                    .build())
            .create();
    keeper.want(List.of(), "");
    await(() -> result().equals("Valid"));
    var meta = state().getMetadata();
    assertEquals(pod.getMetadata().getUid(), meta.getOwnerReferences().getFirst().getUid());
    assertEquals(
        Map.of("metallb.io/component-type", "speaker", "metallb.io/node-name", "node-1"),
        meta.getLabels());
    Condition condition = condition();
    assertEquals("configReconcilerValid", condition.getType());
    assertEquals("True", condition.getStatus());
    assertEquals("Reconciled", condition.getReason());
  }

  @Test
  void whatIsWrongIsSaidAsMetalLbSaysIt() {
    keeper.want(List.of(BAD), "");
    await(() -> result().equals("Invalid"));
    assertEquals("configuration error: " + BAD, state().getStatus().errorSummary());
    assertEquals("False", condition().getStatus());
    assertEquals("ConfigurationError", condition().getReason());
  }

  /** The same word again, and the same word after a restart. */
  @Test
  void aStateThatSaysItAlreadyIsNotWritten() throws InterruptedException {
    keeper.want(List.of(BAD), "");
    await(() -> result().equals("Invalid"));
    keeper.want(List.of(BAD), "");
    keeper.close();
    keeper = keeper();
    keeper.want(List.of(BAD), "");
    // A change by somebody else is answered; when that has come, all before it has been looked at.
    ConfigurationState other = state();
    other.setStatus(new ConfigurationState.Status("Valid", "", List.of()));
    client.resource(other).updateStatus();
    await(() -> result().equals("Invalid"));
    int writes = 0;
    RecordedRequest request;
    while ((request = server.takeRequest(100, TimeUnit.MILLISECONDS)) != null) {
      writes += request.getMethod().equals("GET") ? 0 : 1;
    }
    assertEquals(4, writes, "created, its status, the other's change, and set right");
  }

  /** C095-C097. */
  @Test
  void conditionsAddUpToAResult() {
    assertEquals(Map.of("result", "Unknown", "errorSummary", ""), StateWord.total(List.of()));
    StateWord.Condition good = new StateWord.Condition("a", "True", "ConfigurationError", "");
    StateWord.Condition bad = new StateWord.Condition("b", "False", "ConfigurationError", "empty");
    assertEquals(
        Map.of("result", "Invalid", "errorSummary", "empty"), StateWord.total(List.of(good, bad)));
    assertEquals(
        Map.of("result", "Valid", "errorSummary", ""), StateWord.total(List.of(good, good)));
  }

  private ConfigurationState state() {
    ConfigurationState state =
        client
            .resources(ConfigurationState.class)
            .inNamespace(NAMESPACE)
            .withName("speaker-node-1")
            .get();
    return state == null ? new ConfigurationState() : state;
  }

  private String result() {
    ConfigurationState.Status status = state().getStatus();
    return status == null ? "" : status.result();
  }

  private Condition condition() {
    List<Condition> conditions = state().getStatus().conditions();
    assertTrue(conditions != null && conditions.size() == 1);
    return conditions.getFirst();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline);
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
