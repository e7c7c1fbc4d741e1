package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabPlan;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/**
 * The controller's scenarios with kube-apiserver and the rights the chart gives to controllers, and
 * one more: in 200 Services the embedded server refused no late write.
 */
@NeedsLab(realApi = true)
class ControllerOnTheRealApiLabTest extends ControllerScenarios {

  /** What others write while the controller does, each an annotation of its own. */
  private static final List<String> OTHERS = List.of("example.com/one", "example.com/two");

  private static final int CHANGES = 20;

  private static final int MOST_SERVICES = 100;

  ControllerOnTheRealApiLabTest() {
    super(ApiServer.Kind.REAL);
  }

  @Test
  void aWriteThatComesTooLateIsMadeAgainAndUndoesNothing() {
    int services = 0;
    do {
      String name = "busy-" + services++;
      try (ExecutorService others = Executors.newFixedThreadPool(OTHERS.size())) {
        OTHERS.forEach(annotation -> others.execute(() -> keepChanging(name, annotation)));
        lab.cluster().loadBalancer(name);
      }
      assertNotEquals("", lab.cluster().awaitAddress(name, PATIENCE_MS));
      for (String annotation : OTHERS) {
        assertEquals("" + CHANGES, annotation(name, annotation));
      }
      annotatedWithItsPool(name);
    } while (conflicts() == 0 && services < MOST_SERVICES);
    assertTrue(conflicts() > 0, "no conflict in " + services + " Services");
  }

  /**
   * From the moment the Service exists, and without saying which version is meant: whatever the
   * controller reads is then an old version before it writes, and these writes are never refused.
   */
  private void keepChanging(String name, String annotation) {
    int done = 0;
    for (int tries = 0; done < CHANGES && tries < 10_000; tries++) {
      try {
        service(name)
            .patch(
                PatchContext.of(PatchType.JSON_MERGE),
                "{\"metadata\":{\"annotations\":{\"%s\":\"%d\"}}}".formatted(annotation, done + 1));
        done++;
      } catch (KubernetesClientException e) {
        assertEquals(HttpURLConnection.HTTP_NOT_FOUND, e.getCode(), e.toString());
      }
    }
  }

  private long conflicts() {
    return lab.lan()
        .machine("api")
        .run(
            "",
            "bash",
            "-c",
            "exec 3<>/dev/tcp/127.0.0.1/%d && printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3"
                .formatted(LabPlan.OPS_PORT))
        .lines()
        .filter(l -> l.startsWith("harp_controller_write_retries_total{"))
        .filter(l -> l.contains("reason=\"conflict\"") && l.contains("what=\"service\""))
        .mapToLong(l -> (long) Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }
}
