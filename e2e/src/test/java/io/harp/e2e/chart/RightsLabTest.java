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
import io.harp.e2e.net.LabPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Both daemons with the chart's rights on the real API server. What they asked for, by its audit
 * log, is exactly what the chart grants: a right that is missing was refused, and one that nobody
 * used is too much.
 */
@NeedsLab(realApi = true)
@NeedsHelm
class RightsLabTest {

  /** An empty Secret, as the chart brings it, and states that pods of an earlier time left. */
  private static final String LEFT_BY_OTHERS =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: metallb-webhook-cert, namespace: metallb-system}
      ---
      apiVersion: metallb.io/v1beta1
      kind: ConfigurationState
      metadata: {name: controller, namespace: metallb-system}
      ---
      apiVersion: metallb.io/v1beta1
      kind: ConfigurationState
      metadata: {name: speaker-n1, namespace: metallb-system}
      """;

  @Test
  void whatIsGrantedIsWhatIsUsed() throws IOException {
    try (Lab lab = Lab.start(options())) {
      final Path audit = lab.directory().resolve("audit.log");
      lab.cluster().apply(Chart.ROOT.resolve("examples/pool.yaml"));
      webhooks(lab);
      lab.cluster().applyYaml(LEFT_BY_OTHERS);
      lab.nodes().forEach(node -> statusLeftOn(lab, node));
      lab.startDaemons();
      lab.nodes().forEach(node -> node.awaitReady(40_000));
      services(lab, audit);
      // Nobody has a status of this one, so its owner makes one and tells of it.
      lab.cluster().loadBalancer("new");
      lab.cluster().awaitAddress("new", 20_000);
      anOwnerDies(lab);
      aPoolIsAdmitted(lab, audit);
      whatTheControllerMadeIsLost(lab);
      String logs = lab.tails(2_000);
      Set<String> controller = Access.granted("controller.yaml", "port-guard.yaml");
      Set<String> speaker = Access.granted("speaker.yaml");
      // A watch is written down when it ends.
      lab.nodes().stream().filter(LabNode::isRunning).forEach(LabNode::terminate);
      lab.controller().terminate();
      SpeakerLab.await(
          20_000,
          () ->
              asked(audit, "controller").containsAll(controller)
                  && asked(audit, "speaker").containsAll(speaker));
      assertEquals(Set.of(), Access.asked(audit, "controller", true));
      assertEquals(Set.of(), Access.asked(audit, "speaker", true));
      assertFalse(logs.contains("forbidden"), logs);
      assertEquals(controller, asked(audit, "controller"));
      assertEquals(speaker, asked(audit, "speaker"));
    }
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

  /** Whoever takes the first Service finds a status of its own, to be mended. */
  private static void statusLeftOn(Lab lab, LabNode node) {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: ServiceL2Status
            metadata:
              name: left-%1$s
              namespace: metallb-system
              labels: {metallb.io/node: %1$s, metallb.io/service-name: s0, metallb.io/service-namespace: default}
            """
                .formatted(node.name()));
  }

  /**
   * Changed while they are given their addresses, until a write came too late: the only reason to
   * read a Service again.
   */
  private static void services(Lab lab, Path audit) {
    for (int i = 0; i < 100 && !asked(audit, "controller").contains("get services"); i++) {
      lab.cluster().loadBalancer("s" + i);
      for (int change = 0; change < 5; change++) {
        changed(lab, "s" + i, "" + change);
      }
      lab.cluster().awaitAddress("s" + i, 20_000);
    }
  }

  private static void changed(Lab lab, String name, String value) {
    try {
      lab.cluster().annotate(name, "example.com/change", value);
    } catch (KubernetesClientException e) {
      // The controller was faster.
    }
  }

  /** A pool is compared with the ranges of the cluster when the API server asks about it. */
  private static void aPoolIsAdmitted(Lab lab, Path audit) {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: metallb-webhook-service, namespace: metallb-system}
            spec: {ports: [{port: 443, targetPort: 9443}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              name: metallb-webhook-service-1
              namespace: metallb-system
              labels: {kubernetes.io/service-name: metallb-webhook-service}
            addressType: IPv4
            ports: [{name: "", port: 9443, protocol: TCP}]
            endpoints: [{addresses: [%s], conditions: {ready: true, serving: true}}]
            """
                .formatted(LabPlan.API_ADDRESS));
    AtomicInteger pools = new AtomicInteger();
    SpeakerLab.await(
        20_000,
        () -> {
          lab.cluster()
              .applyYaml(
                  """
                  apiVersion: metallb.io/v1beta1
                  kind: IPAddressPool
                  metadata: {name: admitted-%1$d, namespace: metallb-system}
                  spec: {addresses: [10.77.200.%1$d/32]}
                  """
                      .formatted(pools.incrementAndGet()));
          return asked(audit, "controller").contains("list networking.k8s.io/servicecidrs");
        });
  }

  private static void whatTheControllerMadeIsLost(Lab lab) {
    var client = lab.api().client();
    var secret = client.secrets().inNamespace(Chart.NAMESPACE).withName("metallb-webhook-cert");
    var state =
        client
            .genericKubernetesResources("metallb.io/v1beta1", "ConfigurationState")
            .inNamespace(Chart.NAMESPACE)
            .withName("controller");
    secret.delete();
    state.delete();
    SpeakerLab.await(20_000, () -> secret.get() != null && state.get() != null);
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
