package io.harp.controller.status;

import io.harp.kube.Fields;
import io.harp.kube.Resource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How an event names the object it is about (Kubernetes API, {@code v1 ObjectReference}).
 *
 * @param version the object's resourceVersion, empty if unknown
 * @param uid empty if unknown
 */
record Reference(
    String apiVersion, String kind, String namespace, String name, String uid, String version) {

  static Reference of(Resource resource, Fields object) {
    return new Reference(
        resource.apiVersion(),
        resource.kind(),
        object.namespace(),
        object.name(),
        object.object("metadata").text("uid"),
        object.resourceVersion());
  }

  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("apiVersion", apiVersion);
    fields.put("kind", kind);
    fields.put("namespace", namespace);
    fields.put("name", name);
    fields.put("uid", uid);
    fields.put("resourceVersion", version);
    fields.values().removeIf(String::isEmpty);
    return fields;
  }
}
