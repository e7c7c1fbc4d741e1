package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.harp.e2e.Lab;
import io.harp.e2e.LabOptions;
import io.harp.e2e.NeedsLab;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.api.ApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The chart on a real API server: no kubelet runs anything, but every object is judged. */
@NeedsLab(realApi = true)
@NeedsHelm
class InstallLabTest {

  /** The API server removes all objects of a kind first, in its own time. */
  private static final long GONE_MS = 5_000;

  private static final int TIMES = 10;

  private static Lab lab;
  private static Helm helm;

  @BeforeAll
  static void start() throws IOException {
    lab = Lab.start(LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.REAL));
    helm = Admin.helm(lab);
    lab.cluster().apply(Path.of("src/test/resources/chart/monitoring.yaml"));
    namespace("monitoring", Map.of());
    assertTrue(SpeakerLab.await(20_000, InstallLabTest::servesMonitoring));
  }

  private static boolean servesMonitoring() {
    try {
      for (String kind : List.of("PodMonitor", "ServiceMonitor", "PrometheusRule")) {
        client().genericKubernetesResources("monitoring.coreos.com/v1", kind).list();
      }
      return true;
    } catch (KubernetesClientException e) {
      // Not yet, or its storage has not yet been initialized.
      return false;
    }
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** Strictly: a field the API does not know is an error. */
  @Test
  void theApiServerTakesEveryObject() {
    for (String values : Chart.ALL) {
      for (var object : Chart.of(values).render().generic()) {
        try {
          client()
              .resource(object)
              .dryRun()
              .fieldValidation(FieldValidateable.Validation.STRICT)
              .forceConflicts()
              .serverSideApply();
        } catch (KubernetesClientException e) {
          throw new AssertionError(
              values + ": " + object.getKind() + " " + object.getMetadata().getName(), e);
        }
      }
    }
  }

  @Test
  void isInstalledUpgradedRolledBackAndUninstalled() {
    String notes = install("edge", "one", "--set", "frrk8s.enabled=true");
    assertTrue(notes.contains("IGNORED, since there is no BGP here: frrk8s."), notes);
    assertTrue(
        notes.contains("LEFT ALONE, since they belong to MetalLB or another release: conf"), notes);
    assertTrue(notes.contains("kubectl label --overwrite namespace one"), notes);
    final String key = secret();
    assertTrue(arguments().contains("--detection-time=250ms"));

    helm.run("upgrade", "edge", chart(), "-n", "one", "--set", "speaker.detectionTime=500ms");
    assertTrue(arguments().contains("--detection-time=500ms"));
    assertEquals(key, secret(), "the speakers' secret after an upgrade");

    helm.run("rollback", "edge", "1", "-n", "one");
    assertTrue(arguments().contains("--detection-time=250ms"));
    assertEquals(key, secret(), "the speakers' secret after a rollback");

    String complaint = refused("second", "two");
    assertTrue(
        complaint.contains(
            "Deployment one/edge-harp-controller is another Harp and serves Services without a"
                + " loadBalancerClass"),
        complaint);
    complaint = refused("second", "two", "--set", "loadBalancerClass=example.com/b");
    assertTrue(
        complaint.contains(
            "Port 7472 of the nodes is used by DaemonSet one/edge-harp-speaker (memberlist). Move"
                + " this release with --set speaker.memberlist.mlBindPort=PORT"),
        complaint);
    notes =
        install(
            "second",
            "two",
            "--set",
            "loadBalancerClass=example.com/b,speaker.memberlist.mlBindPort=7482,prometheus.metricsPort=7483");
    assertTrue(notes.contains("NO WEBHOOK"), notes);
    assertTrue(controllerArguments("two", "second").contains("--webhook-mode=disabled"));
    assertTrue(controllerArguments("one", "edge").contains("--webhook-mode=enabled"));

    helm.run("uninstall", "second", "-n", "two");
    helm.run("uninstall", "edge", "-n", "one");
    assertEquals(List.of(), left("edge"));
    assertEquals(List.of(), left("second"));
  }

  /** Pools must survive that a release is removed, unless somebody wants them gone. */
  @Test
  void theKindsStayUnlessTheyAreNotToBeKept() {
    kinds().forEach(d -> client().resource(d).delete());
    try {
      assertTrue(areGone(), "the lab's kinds are still there");
      install("kinds", "three");
      assertTrue(hasPools());
      helm.run("uninstall", "kinds", "-n", "three");
      assertTrue(hasPools());
      install("kinds", "three", "--set", "crds.keep=false");
      helm.run("uninstall", "kinds", "-n", "three");
      assertTrue(areGone(), "the kinds are still there");
    } finally {
      lab.cluster().prepare(Chart.DIRECTORY);
    }
  }

  @Test
  void aNamespaceThatForbidsHostNetworkIsNamedWithTheRemedy() {
    namespace("strict", Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    String complaint = refused("strict", "strict");
    assertTrue(
        complaint.contains(
            "kubectl label --overwrite namespace strict"
                + " pod-security.kubernetes.io/enforce=privileged"),
        complaint);
    assertNull(
        client().apps().daemonSets().inNamespace("strict").withName("strict-harp-speaker").get());
  }

  /** The example of docs/host-network.md. */
  @Test
  void hostNetworkNeedsAnApproval() {
    namespace("approved", Map.of("host-network", "approved"));
    namespace("other", Map.of());
    lab.cluster().apply(Chart.ROOT.resolve("examples/host-network-approval.yaml"));
    try {
      // A new policy takes a moment to be looked at.
      assertTrue(SpeakerLab.await(20_000, () -> !admits("other", true)), "hostNetwork is admitted");
      assertTrue(admits("other", false));
      assertTrue(admits("approved", true));
      var daemons =
          Chart.of("default").render().all(io.fabric8.kubernetes.api.model.apps.DaemonSet.class);
      var speaker = daemons.getFirst();
      speaker.getMetadata().setNamespace("other");
      String denial =
          assertThrows(
                  KubernetesClientException.class,
                  () -> client().resource(speaker).dryRun().create())
              .toString();
      assertTrue(
          denial.contains(
              "hostNetwork needs an approval: kubectl label namespace other host-network=approved"),
          denial);
      speaker.getMetadata().setNamespace("approved");
      assertNotNull(client().resource(speaker).dryRun().create());
    } finally {
      client()
          .admissionRegistration()
          .v1()
          .validatingAdmissionPolicyBindings()
          .withName("host-network-approval")
          .delete();
      // As long to be forgotten, and the other tests install things.
      assertTrue(SpeakerLab.await(20_000, () -> admits("other", true)), "still refused");
    }
  }

  private static boolean admits(String namespace, boolean hostNetwork) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("trial")
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .withHostNetwork(hostNetwork)
            .addNewContainer()
            .withName("a")
            .withImage("a")
            .endContainer()
            .endSpec()
            .build();
    try {
      client().resource(pod).dryRun().create();
      return true;
    } catch (KubernetesClientException e) {
      assertEquals(403, e.getCode(), e::getMessage);
      return false;
    }
  }

  private static String install(String release, String namespace, String... more) {
    List<String> command = new ArrayList<>(List.of("install", release, chart(), "-n", namespace));
    command.add("--create-namespace");
    command.addAll(List.of(more));
    return helm.run(command);
  }

  private static String refused(String release, String namespace, String... more) {
    return assertThrows(HelmRefused.class, () -> install(release, namespace, more)).toString();
  }

  private static List<String> arguments() {
    return client()
        .apps()
        .daemonSets()
        .inNamespace("one")
        .withName("edge-harp-speaker")
        .get()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getArgs();
  }

  private static List<String> controllerArguments(String namespace, String release) {
    return client()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(release + "-harp-controller")
        .get()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getArgs();
  }

  private static String secret() {
    var secret = client().secrets().inNamespace("one").withName("edge-harp-memberlist").get();
    return Objects.requireNonNull(secret.getData().get("secretkey"));
  }

  /** What still bears the label of a release, of all the kinds the chart renders. */
  private static List<String> left(String release) {
    List<String> left = new ArrayList<>();
    Chart.of("everything").render().generic().stream()
        .map(o -> List.of(o.getApiVersion(), o.getKind()))
        .distinct()
        .forEach(kind ->
            client()
                .genericKubernetesResources(kind.get(0), kind.get(1))
                .inAnyNamespace()
                .withLabel("app.kubernetes.io/instance", release)
                .list()
                .getItems()
                .forEach(o -> left.add(o.getKind() + " " + o.getMetadata().getName())));
    return left;
  }

  private static boolean hasPools() {
    return kinds().stream()
        .anyMatch(d -> d.getMetadata().getName().equals("ipaddresspools.metallb.io"));
  }

  private static List<CustomResourceDefinition> kinds() {
    return client().apiextensions().v1().customResourceDefinitions().list().getItems().stream()
        .filter(d -> d.getSpec().getGroup().equals("metallb.io"))
        .toList();
  }

  /**
   * Whether the kinds that are being deleted have gone, waited for. The API server gives up where a
   * definition changed or its storage was being set up meanwhile ("storage is (re)initializing"),
   * as in the first seconds of a lab, until the definition changes again.
   */
  private static boolean areGone() {
    for (int i = 0; i < TIMES; i++) {
      if (SpeakerLab.await(GONE_MS, () -> kinds().isEmpty())) {
        return true;
      }
      kinds().forEach(InstallLabTest::change);
    }
    return false;
  }

  private static void change(CustomResourceDefinition kind) {
    try {
      client()
          .resource(kind)
          .accept(d -> d.getMetadata().getAnnotations().put("changed", "" + System.nanoTime()));
    } catch (KubernetesClientException e) {
      // It has gone meanwhile, or is just being changed: the next look tells.
    }
  }

  private static void namespace(String name, Map<String, String> labels) {
    client()
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .endMetadata()
                .build())
        .create();
  }

  private static String chart() {
    return Chart.DIRECTORY.toString();
  }

  private static KubernetesClient client() {
    return lab.api().client();
  }
}
