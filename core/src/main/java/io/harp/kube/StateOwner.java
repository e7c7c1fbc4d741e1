package io.harp.kube;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.harp.kube.crd.ConfigurationState;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a daemon's ConfigurationState its own: by its labels, and by the pod the object goes with.
 * The pod is looked for until it is found; outside a cluster there is none.
 */
final class StateOwner {

  private final KubernetesClient client;
  private final String namespace;
  private final StateKeeper.Component component;
  private volatile Optional<OwnerReference> pod = Optional.empty();

  StateOwner(KubernetesClient client, String namespace, StateKeeper.Component component) {
    this.client = client;
    this.namespace = namespace;
    this.component = component;
  }

  /** The metadata of the object, made from what is there. May ask the API for the pod. */
  ObjectMeta metadata(@Nullable ConfigurationState now) {
    if (pod.isEmpty()) {
      pod = component.pod().flatMap(this::find);
    }
    ObjectMetaBuilder meta =
        now == null
            ? new ObjectMetaBuilder().withName(component.name()).withNamespace(namespace)
            : new ObjectMetaBuilder(now.getMetadata()).withManagedFields();
    meta.addToLabels(component.labels());
    pod.ifPresent(o -> meta.withOwnerReferences(o));
    return meta.build();
  }

  /** Whether the object goes with our pod, as far as that is known. */
  boolean owns(ConfigurationState state) {
    return pod.isEmpty() || List.of(pod.get()).equals(state.getMetadata().getOwnerReferences());
  }

  /** Whether the object bears this owner and these labels. */
  static boolean hasMarked(ConfigurationState now, ObjectMeta wanted) {
    return Objects.equals(now.getMetadata().getOwnerReferences(), wanted.getOwnerReferences())
        && now.getMetadata().getLabels() != null
        && now.getMetadata().getLabels().equals(wanted.getLabels());
  }

  /** By a list, whose right the speakers have anyway. */
  private Optional<OwnerReference> find(String name) {
    return client
        .pods()
        .inNamespace(namespace)
        .withField("metadata.name", name)
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getName().equals(name))
        .findFirst()
        .map(pod ->
            new OwnerReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(pod.getMetadata().getName())
                .withUid(pod.getMetadata().getUid())
                .build());
  }
}
