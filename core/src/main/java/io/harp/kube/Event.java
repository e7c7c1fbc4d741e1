package io.harp.kube;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An event as it is written (Kubernetes API, core {@code v1 Event}), the kind upstream tools read.
 *
 * @param name of the event itself, in the namespace of what it is about
 * @param about {@code involvedObject}
 * @param type {@code Normal} or {@code Warning}
 */
public record Event(
    String namespace,
    String name,
    Map<String, String> about,
    String type,
    String reason,
    String message) {

  /**
   * The object to create.
   *
   * @param source who says so, with at least a {@code component}
   * @param instance which of them
   * @param at when, of which whole seconds count
   */
  public Map<String, Object> object(Map<String, String> source, String instance, Instant at) {
    String time = at.truncatedTo(ChronoUnit.SECONDS).toString();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("apiVersion", Resource.EVENTS.apiVersion());
    object.put("kind", Resource.EVENTS.kind());
    object.put("metadata", Map.of("namespace", namespace, "name", name));
    object.put("involvedObject", about);
    object.put("type", type);
    object.put("reason", reason);
    object.put("message", message);
    object.put("source", source);
    object.put("reportingComponent", source.getOrDefault("component", ""));
    object.put("reportingInstance", instance);
    object.put("firstTimestamp", time);
    object.put("lastTimestamp", time);
    object.put("count", 1);
    return object;
  }
}
