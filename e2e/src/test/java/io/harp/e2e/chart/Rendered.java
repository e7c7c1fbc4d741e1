package io.harp.e2e.chart;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What Helm made of the chart: the objects as YAML. */
record Rendered(String manifest) {

  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  List<HasMetadata> objects() {
    return documents().map(text -> (HasMetadata) YAML.unmarshal(text)).toList();
  }

  /** Word for word, also what the model classes do not know. */
  List<GenericKubernetesResource> generic() {
    return documents().map(text -> YAML.unmarshal(text, GenericKubernetesResource.class)).toList();
  }

  <T extends HasMetadata> List<T> all(Class<T> kind) {
    return objects().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  PodSpec controller() {
    return all(Deployment.class).getFirst().getSpec().getTemplate().getSpec();
  }

  /** The pods of the DaemonSet whose name ends so. */
  PodSpec daemons(String suffix) {
    return all(DaemonSet.class).stream()
        .filter(d -> d.getMetadata().getName().endsWith(suffix))
        .findFirst()
        .orElseThrow()
        .getSpec()
        .getTemplate()
        .getSpec();
  }

  private Stream<String> documents() {
    return Arrays.stream(manifest.split("(?m)^---\\s*$")).filter(Predicate.not(Rendered::isEmpty));
  }

  private static boolean isEmpty(String document) {
    return document.lines().allMatch(l -> l.isBlank() || l.startsWith("#"));
  }
}
