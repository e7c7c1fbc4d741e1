package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabPlan;
import org.junit.jupiter.api.Test;

/**
 * The controller's scenarios with kube-apiserver and the rights the chart gives to controllers, and
 * one more: in 200 Services the embedded server refused no late write.
 */
@NeedsLab(realApi = true)
class ControllerOnTheRealApiLabTest extends ControllerScenarios {

  private static final String CHANGE = "example.com/change";

  ControllerOnTheRealApiLabTest() {
    super(ApiServer.Kind.REAL);
  }

  @Test
  void aWriteThatComesTooLateIsMadeAgainAndUndoesNothing() {
    int services = 0;
    while (conflicts() == 0 && services < 100) {
      String name = "busy-" + services++;
      lab.cluster().loadBalancer(name);
      // The controller reads the first of these and writes after one of the others.
      for (int change = 0; change < 4; change++) {
        change(name, "" + change);
      }
      assertNotEquals("", lab.cluster().awaitAddress(name, PATIENCE_MS));
      assertEquals("3", annotation(name, CHANGE));
      annotatedWithItsPool(name);
    }
    assertTrue(conflicts() > 0, "no conflict in " + services + " Services");
  }

  /** Whoever writes in between is the one who has to try again; so is this user. */
  private void change(String name, String value) {
    awaited(
        "a change of " + name,
        () -> {
          try {
            lab.cluster().annotate(name, CHANGE, value);
            return true;
          } catch (KubernetesClientException e) {
            return false;
          }
        });
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
