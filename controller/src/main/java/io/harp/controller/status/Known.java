package io.harp.controller.status;

import io.harp.kube.Fields;
import io.harp.kube.Json;
import io.harp.kube.Resource;
import io.harp.kube.Versions;
import io.harp.model.LbService;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The newest version of a Service that the API has told of.
 *
 * @param object as the API gave it, without {@code managedFields}
 * @param service the same as a value
 */
record Known(Fields object, LbService service) {

  /** The mode the server writes where none is given (Service API, {@code ipMode}). */
  private static final String VIP = "VIP";

  /**
   * Whether it says what is wanted, the mode of the addresses included: none means VIP, and Proxy
   * would keep the nodes from treating them as ours.
   *
   * @param annotated whether the annotation counts
   */
  boolean says(Wanted wanted, boolean annotated) {
    return wanted.addresses().equals(service.ingress())
        && (!annotated || wanted.isSaidBy(service))
        && modes().stream().allMatch(mode -> mode.isEmpty() || mode.equals(VIP));
  }

  private List<String> modes() {
    return object
        .object("status")
        .object("loadBalancer")
        .objects("ingress", entry -> entry.text("ipMode"));
  }

  boolean isOlderThan(Known other) {
    return Versions.isOlder(object.resourceVersion(), other.object.resourceVersion());
  }

  /** Where its status is written. */
  String statusPath() {
    return Resource.SERVICES.statusPath(object.namespace(), object.name());
  }

  /** The whole object with the wanted status, as JSON. Only what changes is made anew. */
  String saying(Wanted wanted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("apiVersion", "v1");
    body.put("kind", "Service");
    body.put("metadata", metadata(wanted));
    if (object.has("spec")) {
      body.put("spec", object.object("spec").values());
    }
    body.put("status", status(wanted));
    return Json.text(body);
  }

  private Map<String, Object> metadata(Wanted wanted) {
    Map<String, String> annotations = new HashMap<>(service.annotations());
    if (wanted.pool().isPresent()) {
      annotations.put(Wanted.FROM_POOL, wanted.pool().get());
      annotations.remove(Fence.MARK);
    } else {
      annotations.remove(Wanted.FROM_POOL);
    }
    Map<String, Object> metadata = object.object("metadata").copy();
    metadata.put("annotations", annotations);
    return metadata;
  }

  private Map<String, Object> status(Wanted wanted) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put(
        "loadBalancer",
        Map.of("ingress", wanted.addresses().stream().map(ip -> Map.of("ip", ip)).toList()));
    if (object.object("status").values().get("conditions") instanceof List<?> conditions
        && !conditions.isEmpty()) {
      status.put("conditions", conditions);
    }
    return status;
  }

  /** How events refer to it. */
  Reference reference() {
    return Reference.of(Resource.SERVICES, object);
  }
}
