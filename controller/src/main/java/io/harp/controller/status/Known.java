package io.harp.controller.status;

import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceStatus;
import io.harp.kube.Json;
import io.harp.kube.Versions;
import io.harp.model.LbService;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The newest version of a Service that the API has told of.
 *
 * @param object as the API gave it, without {@code managedFields}; never changed from here on
 * @param service the same as a value
 */
record Known(Service object, LbService service) {

  /** The mode the server writes where none is given (Service API, {@code ipMode}). */
  private static final String VIP = "VIP";

  /** Takes {@code object} over: its {@code managedFields}, half of its size, are dropped. */
  static Known of(Service object, LbService service) {
    object.getMetadata().setManagedFields(null);
    return new Known(object, service);
  }

  /**
   * Whether it says what is wanted, the mode of the addresses included: none means VIP, and Proxy
   * would keep the nodes from treating them as ours.
   *
   * @param annotated whether the annotation counts
   */
  boolean says(Wanted wanted, boolean annotated) {
    return wanted.addresses().equals(service.ingress())
        && (!annotated || wanted.isSaidBy(service))
        && modes().allMatch(mode -> mode == null || mode.equals(VIP));
  }

  private Stream<@Nullable String> modes() {
    ServiceStatus status = object.getStatus();
    return status == null || status.getLoadBalancer() == null
        ? Stream.empty()
        : status.getLoadBalancer().getIngress().stream().map(LoadBalancerIngress::getIpMode);
  }

  boolean isOlderThan(Known other) {
    return Versions.isOlder(version(), other.version());
  }

  private String version() {
    return object.getMetadata().getResourceVersion();
  }

  /** Where its status is written. */
  String statusPath() {
    return "/api/v1/namespaces/%s/services/%s/status"
        .formatted(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  /**
   * The whole object with the wanted status, as JSON. Only what changes is made anew; fabric8's own
   * update copies the object twice and parses the answer, which cost more than all else we do.
   */
  String saying(Wanted wanted) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("apiVersion", "v1");
    body.put("kind", "Service");
    body.put("metadata", metadata(wanted));
    if (object.getSpec() != null) {
      body.put("spec", object.getSpec());
    }
    body.put("status", status(wanted));
    return Json.text(body);
  }

  private ObjectMeta metadata(Wanted wanted) {
    Map<String, String> annotations = new HashMap<>(service.annotations());
    if (wanted.pool().isPresent()) {
      annotations.put(Wanted.FROM_POOL, wanted.pool().get());
      annotations.remove(Fence.MARK);
    } else {
      annotations.remove(Wanted.FROM_POOL);
    }
    return new ObjectMetaBuilder(object.getMetadata()).withAnnotations(annotations).build();
  }

  private Map<String, Object> status(Wanted wanted) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put(
        "loadBalancer",
        Map.of(
            "ingress",
            wanted.addresses().stream()
                .map(ip -> new LoadBalancerIngressBuilder().withIp(ip).build())
                .toList()));
    ServiceStatus before = object.getStatus();
    if (before != null && before.getConditions() != null && !before.getConditions().isEmpty()) {
      status.put("conditions", before.getConditions());
    }
    return status;
  }

  /** How events refer to it. */
  ObjectReference reference() {
    return new ObjectReferenceBuilder()
        .withApiVersion("v1")
        .withKind("Service")
        .withNamespace(object.getMetadata().getNamespace())
        .withName(object.getMetadata().getName())
        .withUid(object.getMetadata().getUid())
        .withResourceVersion(version())
        .build();
  }
}
