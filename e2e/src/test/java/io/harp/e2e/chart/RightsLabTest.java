package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.e2e.Lab;
import io.harp.e2e.LabNode;
import io.harp.e2e.LabOptions;
import io.harp.e2e.NeedsLab;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.api.ApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Both daemons with the chart's rights on the real API server. What they asked for, by its audit
 * log, is exactly what the chart grants: a right that is missing was refused, and one that nobody
 * used is too much.
 */
@NeedsLab(realApi = true)
@NeedsHelm
class RightsLabTest {

  private static final int SERVICES = 4;

  /**
   * Used only when certificates are renewed, when a pool is admitted, when a conflict shows that a
   * Service changed meanwhile, or when a ConfigurationState of an earlier pod is taken over; this
   * story may not contain them.
   */
  private static final Set<String> RARE =
      Set.of(
          "update secrets",
          "update metallb.io/configurationstates",
          "get configmaps",
          "list networking.k8s.io/servicecidrs",
          "get services");

  @Test
  void whatIsGrantedIsWhatIsUsed() throws IOException {
    try (Lab lab = Lab.start(options())) {
      lab.cluster().apply(Chart.ROOT.resolve("examples/pool.yaml"));
      webhooks(lab);
      lab.startDaemons();
      lab.nodes().forEach(node -> node.awaitReady(40_000));
      services(lab);
      lab.cluster().awaitAddress("s0", 20_000);
      anOwnerDies(lab);
      String logs = lab.tails(2_000);
      Path audit = lab.directory().resolve("audit.log");
      Set<String> controller = Access.granted("controller.yaml", "port-guard.yaml");
      Set<String> speaker = Access.granted("speaker.yaml");
      // A conflict, the only reason to read a Service again, is provoked, not certain. A watch is
      // written down when it ends.
      lab.nodes().stream().filter(LabNode::isRunning).forEach(LabNode::terminate);
      lab.controller().terminate();
      controller.removeAll(RARE);
      speaker.removeAll(RARE);
      SpeakerLab.await(
          20_000,
          () ->
              asked(audit, "controller").containsAll(controller)
                  && asked(audit, "speaker").containsAll(speaker));
      assertEquals(Set.of(), Access.asked(audit, "controller", true));
      assertEquals(Set.of(), Access.asked(audit, "speaker", true));
      assertFalse(logs.contains("forbidden"), logs);
      same(controller, asked(audit, "controller"));
      same(speaker, asked(audit, "speaker"));
    }
  }

  private static void same(Set<String> granted, Set<String> used) {
    Set<String> usual = new TreeSet<>(used);
    usual.removeAll(RARE);
    assertEquals(granted, usual);
  }

  private static LabOptions options() {
    LabOptions usual = LabOptions.harp().withApi(ApiServer.Kind.REAL);
    List<String> controller = new ArrayList<>(usual.controller());
    controller.replaceAll(a -> a.equals("--webhook-mode=disabled") ? "--webhook-mode=enabled" : a);
    controller.add("--port-guard=warn");
    return usual.withController(List.copyOf(controller));
  }

  /** As the chart makes them, but nobody waits for a webhook the lab's API server cannot reach. */
  private static void webhooks(Lab lab) {
    Chart.of("manifests")
        .with("portGuard.enabled", "true")
        .with("crds.validationFailurePolicy", "Ignore")
        .render()
        .objects()
        .stream()
        .filter(o -> o.getKind().equals("ValidatingWebhookConfiguration"))
        .forEach(o -> lab.api().client().resource(o).create());
  }

  /** Changed while they are given their addresses, so that some writes come too late. */
  private static void services(Lab lab) {
    for (int i = 0; i < SERVICES; i++) {
      lab.cluster().loadBalancer("s" + i);
      var service = lab.api().client().services().inNamespace("default").withName("s" + i);
      for (int change = 0; change < 5; change++) {
        String value = "" + change;
        try {
          service.edit(s ->
              new io.fabric8.kubernetes.api.model.ServiceBuilder(s)
                  .editMetadata()
                  .addToAnnotations("example.com/change", value)
                  .endMetadata()
                  .build());
        } catch (KubernetesClientException e) {
          // The controller was faster.
        }
      }
    }
  }

  /** Who takes over removes the status the lost one left. */
  private static void anOwnerDies(Lab lab) {
    LabNode owner = lab.nodes().getFirst();
    SpeakerLab.await(20_000, () -> owner.get("metrics").contains("metallb_speaker_announced{"));
    owner.powerOff();
    SpeakerLab.await(10_000, () -> lab.nodes().getLast().get("metrics").contains("harp_members 2"));
    SpeakerLab.await(
        10_000,
        () ->
            lab.api()
                .client()
                .genericKubernetesResources("metallb.io/v1beta1", "ServiceL2Status")
                .inNamespace(Chart.NAMESPACE)
                .withLabel("metallb.io/node", owner.name())
                .list()
                .getItems()
                .isEmpty());
  }

  private static Set<String> asked(Path audit, String account) {
    try {
      return Access.asked(audit, account, false);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
