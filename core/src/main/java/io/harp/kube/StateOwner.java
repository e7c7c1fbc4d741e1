package io.harp.kube;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a daemon's ConfigurationState its own: by its labels, and by the pod the object goes with.
 * The pod is looked for until it is found; outside a cluster there is none.
 */
final class StateOwner {

  private final Api api;
  private final String namespace;
  private final StateKeeper.Component component;

  /** The entry of {@code metadata.ownerReferences}. */
  private volatile Optional<Map<String, Object>> pod = Optional.empty();

  StateOwner(Api api, String namespace, StateKeeper.Component component) {
    this.api = api;
    this.namespace = namespace;
    this.component = component;
  }

  /** The metadata of the object, made from what is there. May ask the API for the pod. */
  Map<String, Object> metadata(@Nullable Fields now) {
    if (pod.isEmpty()) {
      pod = component.pod().flatMap(this::find);
    }
    Fields before = (now == null ? Fields.NONE : now).object("metadata");
    Map<String, String> labels = new HashMap<>(before.labels("labels"));
    labels.putAll(component.labels());
    Map<String, Object> meta = before.copy();
    meta.put("name", component.name());
    meta.put("namespace", namespace);
    meta.put("labels", labels);
    pod.ifPresent(o -> meta.put("ownerReferences", List.of(o)));
    return meta;
  }

  /** Whether the object goes with our pod, as far as that is known. */
  boolean owns(Fields state) {
    return pod.isEmpty()
        || List.of(pod.get()).equals(state.object("metadata").values().get("ownerReferences"));
  }

  /** Whether the object bears this owner and these labels. */
  static boolean hasMarked(Fields now, Map<String, Object> wanted) {
    Map<?, ?> there = now.object("metadata").values();
    return Objects.equals(there.get("ownerReferences"), wanted.get("ownerReferences"))
        && Objects.equals(there.get("labels"), wanted.get("labels"));
  }

  /** By a list, whose right the speakers have anyway. */
  private Optional<Map<String, Object>> find(String name) {
    return api.list(Resource.PODS, Scope.in(namespace).withName(name)).stream()
        .filter(pod -> pod.name().equals(name))
        .findFirst()
        .map(pod ->
            Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Pod",
                "name",
                pod.name(),
                "uid",
                pod.object("metadata").text("uid")));
  }
}
