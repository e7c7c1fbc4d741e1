package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the chart renders and what it refuses, without a cluster. */
@NeedsHelm
class ChartTest {

  /** Each takes helm a while. */
  private static final Map<String, Rendered> RENDERED = new ConcurrentHashMap<>();

  @Test
  void lintFindsNothing() {
    String found =
        Helm.offline().run("lint", "--strict", "--kube-version", "1.34.4", Chart.DIRECTORY + "");
    assertTrue(found.contains("0 chart(s) failed"), found);
  }

  /** Reviewed by eye when they change. */
  @ParameterizedTest
  @ValueSource(strings = {"default", "everything"})
  void rendersWhatWasReviewed(String values) throws IOException {
    Snapshot.check(
        Chart.ROOT.resolve("e2e/src/test/resources/chart/" + values + ".yaml"),
        Chart.of(values).with("crds.enabled", "false").render().manifest());
  }

  static List<String> matrix() {
    return Chart.ALL;
  }

  private static Rendered rendered(String values) {
    return RENDERED.computeIfAbsent(values, v -> Chart.of(v).render());
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void noTwoObjectsHaveOneName(String values) {
    List<String> names =
        rendered(values).objects().stream()
            .map(o ->
                o.getKind()
                    + " "
                    + o.getMetadata().getNamespace()
                    + "/"
                    + o.getMetadata().getName())
            .toList();
    assertEquals(names.stream().distinct().toList(), names);
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void everyObjectSaysWhoseItIs(String values) {
    for (HasMetadata object : rendered(values).objects()) {
      Set<String> keys = object.getMetadata().getLabels().keySet();
      assertTrue(
          keys.contains("app") || keys.contains("app.kubernetes.io/name"),
          object.getKind() + " " + object.getMetadata().getName());
    }
  }

  /** Least privilege, whatever the values are. */
  @ParameterizedTest
  @MethodSource("matrix")
  void noPodMayMoreThanItMust(String values) {
    Rendered rendered = rendered(values);
    PodSpec controller = rendered.controller();
    assertEquals(null, controller.getHostNetwork());
    assertTrue(controller.getSecurityContext().getRunAsNonRoot());
    assertEquals("RuntimeDefault", controller.getSecurityContext().getSeccompProfile().getType());
    confined(controller.getContainers().getFirst(), List.of());

    PodSpec speaker = rendered.daemons("speaker");
    assertTrue(speaker.getHostNetwork());
    assertEquals("RuntimeDefault", speaker.getSecurityContext().getSeccompProfile().getType());
    assertEquals(2, speaker.getTerminationGracePeriodSeconds());
    assertEquals("system-node-critical", speaker.getPriorityClassName());
    assertTrue(speaker.getVolumes().stream().allMatch(v -> v.getHostPath() == null));
    assertEquals(0L, speaker.getContainers().getFirst().getSecurityContext().getRunAsUser());
    confined(speaker.getContainers().getFirst(), List.of("NET_RAW"));
  }

  private static void confined(Container container, List<String> added) {
    var context = container.getSecurityContext();
    assertTrue(context.getReadOnlyRootFilesystem());
    assertFalse(context.getAllowPrivilegeEscalation());
    assertEquals(List.of("ALL"), context.getCapabilities().getDrop());
    assertEquals(added, context.getCapabilities().getAdd());
  }

  /** Without it a pod on the node's network would not resolve Services. */
  @Test
  void podsOnTheNodesNetworkResolveServices() {
    for (PodSpec pod :
        Chart.of("default")
            .with("nodeExporter.enabled", "true")
            .render()
            .all(io.fabric8.kubernetes.api.model.apps.DaemonSet.class)
            .stream()
            .map(d -> d.getSpec().getTemplate().getSpec())
            .toList()) {
      assertTrue(pod.getHostNetwork());
      assertEquals("ClusterFirstWithHostNet", pod.getDnsPolicy());
    }
  }

  @Test
  void theManifestHasMetalLbsNames() {
    Rendered rendered = Chart.of("manifests").render();
    var speaker = rendered.all(io.fabric8.kubernetes.api.model.apps.DaemonSet.class).getFirst();
    assertEquals("speaker", speaker.getMetadata().getName());
    assertEquals(
        Map.of("app", "metallb", "component", "speaker"),
        speaker.getSpec().getSelector().getMatchLabels());
    assertEquals("speaker", speaker.getSpec().getTemplate().getSpec().getServiceAccountName());
    assertEquals(
        Set.of("controller"),
        rendered.all(io.fabric8.kubernetes.api.model.apps.Deployment.class).stream()
            .map(d -> d.getMetadata().getName())
            .collect(Collectors.toSet()));
  }

  @Test
  void valuesOfMetalLbAreTakenAndThoseOfBgpChangeNothing() {
    String manifest = Chart.of("metallb").render().manifest();
    assertTrue(manifest.contains("app.kubernetes.io/name: metallb"));
    assertFalse(manifest.contains("frr"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          speaker.detectionTme      | 1s     | additional properties 'detectionTme' not allowed
          speaker.detectionTime     | 250    | speaker.detectionTime: "250" is no duration; write it as 250ms or 1s
          speaker.announce.refresh  | never  | speaker.announce.refresh: "never" is no duration
          speaker.logLevel          | loud   | value must be one of 'all', 'debug', 'info'
          controller.webhookMode    | on     | value must be one of 'enabled', 'disabled', 'onlywebhook'
          prometheus.metricsPort    | 70000  | maximum: got 70,000, want 65,535
          prometheus.metricsPort    | 7472   | are both 7472, and both are ports of the node
          controller.replicas       | 0      | minimum: got 0, want 1
          loadBalancerClass         | a b    | does not match pattern
          configInline.peers        | x      | pools and advertisements are objects of their own
          prometheus.serviceAccount | x      | belong together: set both or none
          speaker.memberlist.enabled | false | so it would not be used
          crds.validationFailurePolicy | Warn | value must be one of 'Fail', 'Ignore'
          """)
  void refusesWhatCannotWorkAndSaysWhy(String key, String value, String reason) {
    refused(Chart.of("default").with(key, value), reason);
  }

  @Test
  void refusesAKubernetesThatIsTooOld() {
    refused(Chart.of("default").on("1.24.17"), "requires kubeVersion: >=1.25.0-0");
  }

  private static void refused(Chart chart, String reason) {
    String complaint = assertThrows(HelmRefused.class, chart::render).toString();
    assertTrue(complaint.contains(reason), complaint);
  }
}
