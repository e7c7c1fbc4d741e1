package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Files made from the chart are those in the repository; {@code ./dev generate} makes them. */
@NeedsHelm
class GeneratedFilesTest {

  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  @Test
  void theReadmeExplainsEveryValue() throws IOException {
    String rows =
        Values.read().all().stream()
            .map(v ->
                "| `%s` | `%s` | %s |"
                    .formatted(
                        v.key(), v.standard().replace("|", "\\|"), v.meaning().replace("|", "\\|")))
            .collect(Collectors.joining("\n"));
    String template = Files.readString(Chart.DIRECTORY.resolve("README.md.in"));
    assertTrue(template.contains("@VALUES@"));
    Snapshot.check(Chart.DIRECTORY.resolve("README.md"), template.replace("@VALUES@", rows));
  }

  /** For people without Helm. */
  @Test
  void theManifestIsTheChart() throws IOException {
    String header =
        """
        # Harp for kubectl apply -f, made from charts/harp by ./dev generate. Names and labels are those of MetalLB's
        # manifests, which it replaces in place. The Secret that lets a speaker into the membership is made once beforehand:
        #   kubectl create namespace metallb-system
        #   kubectl -n metallb-system create secret generic memberlist --from-literal=secretkey="$(openssl rand -base64 32)"
        apiVersion: v1
        kind: Namespace
        metadata:
          name: metallb-system
          labels:
            pod-security.kubernetes.io/enforce: privileged
            pod-security.kubernetes.io/audit: privileged
            pod-security.kubernetes.io/warn: privileged
        """;
    String manifest =
        Chart.of("manifests")
            .render()
            .manifest()
            .replaceAll("(?m)^# Source: .*\n", "")
            .replaceAll("(?m)[ \t]+$", "");
    Snapshot.check(Chart.ROOT.resolve("manifests/harp.yaml"), header + manifest);
  }

  /** For a Prometheus without its operator. */
  @Test
  void theRuleFileIsThePrometheusRule() throws IOException {
    Snapshot.check(
        Chart.ROOT.resolve("manifests/rules.yaml"),
        "# Alerts and recording rules, made from charts/harp by ./dev generate; docs/runbooks.md"
            + " explains them.\n"
            + rules(Chart.of("default")));
  }

  /** What a rule file of Prometheus has to contain. */
  static String rules(Chart chart) {
    GenericKubernetesResource rule =
        chart.with("prometheus.prometheusRule.enabled", "true").render().objects().stream()
            .filter(o -> o.getKind().equals("PrometheusRule"))
            .map(GenericKubernetesResource.class::cast)
            .findFirst()
            .orElseThrow();
    return YAML.asYaml(Map.of("groups", rule.<Object>get("spec", "groups")));
  }
}
