package io.harp.speaker.status;

import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.Event;
import io.harp.kube.Fields;
import io.harp.kube.Json;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import io.harp.kube.crd.ServiceL2Status;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a move is in the API: one event of the Service and its {@link ServiceL2Status}. Each call is
 * one attempt and throws what the client throws; to repeat {@link #write} is harmless.
 */
final class MoveObjects implements Listing.Source {

  private static final String CONFLICT = "AddressConflict";

  /** What MetalLB's own speaker signs events with. */
  private static final String COMPONENT = "metallb-speaker";

  private final Api api;
  private final String namespace;
  private final NodeName node;
  private final LongAdder written = new LongAdder();

  MoveObjects(Api api, String namespace, NodeName node) {
    this.api = api;
    this.namespace = namespace;
    this.node = node;
  }

  /** Requests that changed something. */
  long written() {
    return written.sum();
  }

  @Override
  public List<Fields> of(ServiceKey service) {
    return api.list(
        Resource.L2_STATUSES,
        Scope.in(namespace)
            .withLabels(
                Map.of(
                    ServiceL2Status.SERVICE_NAME_LABEL,
                    service.name(),
                    ServiceL2Status.SERVICE_NAMESPACE_LABEL,
                    service.namespace())));
  }

  @Override
  public List<Fields> all() {
    return api.list(Resource.L2_STATUSES, Scope.in(namespace));
  }

  /**
   * Makes what the API has of a Service agree with the newest word on it.
   *
   * @param present what it has
   */
  void write(Word word, List<Fields> present) {
    if (word.tenure().isEmpty()) {
      present.stream().filter(this::isOwn).forEach(this::delete);
      return;
    }
    Tenure tenure = word.tenure().get();
    Optional<Fields> own = present.stream().filter(this::isOwn).findFirst();
    // Whoever takes a Service removes what others wrote. So where the own word still stands nobody
    // else had it since, and to find it back is no move.
    if (own.isEmpty()) {
      event(
          tenure.service(),
          "Normal",
          "nodeAssigned",
          "announcing from node \""
              + node
              + "\" with protocol \"layer2\" ("
              + tenure.reason()
              + ")",
          Long.toHexString(tenure.sinceMs()));
    }
    String kept = own.map(Fields::name).orElse("");
    if (own.isPresent() || !createWhole(tenure)) {
      update(own.orElseGet(() -> create(tenure)), tenure);
    }
    present.stream().filter(o -> !o.name().equals(kept)).forEach(this::delete);
  }

  private boolean isOwn(Fields status) {
    return status
        .object("metadata")
        .object("labels")
        .text(ServiceL2Status.NODE_LABEL)
        .equals(node.text());
  }

  /** What is gone already is as it should be. */
  private void delete(Fields status) {
    try {
      api.delete(Resource.L2_STATUSES.path(namespace, status.name()));
      written.increment();
    } catch (ApiProblem e) {
      if (!e.isNotFound()) {
        throw e;
      }
    }
  }

  private void update(Fields object, Tenure tenure) {
    Map<String, Object> wanted = status(tenure, object);
    if (!wanted.equals(object.values().get("status"))) {
      Map<String, Object> update = object.copy();
      update.put("apiVersion", Resource.L2_STATUSES.apiVersion());
      update.put("kind", Resource.L2_STATUSES.kind());
      update.put("status", wanted);
      send("PUT", Resource.L2_STATUSES.statusPath(namespace, object.name()), update);
      written.increment();
    }
  }

  /**
   * Object and status in one request, by the version of the definition that has no subresource.
   * Returns whether the server knows it: MetalLB's own definition does not have it.
   */
  private boolean createWhole(Tenure tenure) {
    Map<String, Object> whole = object(Resource.WHOLE_L2_STATUSES, tenure.service());
    whole.put("status", status(tenure, Fields.NONE));
    try {
      send("POST", Resource.WHOLE_L2_STATUSES.path(namespace), whole);
      written.increment();
      return true;
    } catch (ApiProblem e) {
      if (e.isNotFound()) {
        return false;
      }
      throw e;
    }
  }

  // Nobody reads the answers, and after a crash there are many.
  private void send(String method, String path, Map<String, Object> body) {
    api.send(method, path, Json.text(body));
  }

  private Map<String, Object> object(Resource resource, ServiceKey service) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("apiVersion", resource.apiVersion());
    object.put("kind", resource.kind());
    object.put(
        "metadata",
        Map.of(
            "namespace",
            namespace,
            "name",
            name(service),
            "labels",
            Map.of(
                ServiceL2Status.NODE_LABEL,
                node.text(),
                ServiceL2Status.SERVICE_NAME_LABEL,
                service.name(),
                ServiceL2Status.SERVICE_NAMESPACE_LABEL,
                service.namespace())));
    return object;
  }

  private Fields create(Tenure tenure) {
    Fields created =
        api.create(
            Resource.L2_STATUSES.path(namespace), object(Resource.L2_STATUSES, tenure.service()));
    written.increment();
    return created;
  }

  // One name for each Service and node, so that a repeated request cannot make a second object.
  private String name(ServiceKey service) {
    return "l2-" + Names.hash(service + "@" + node);
  }

  private Map<String, Object> status(Tenure tenure, Fields before) {
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("node", node.text());
    status.put("serviceName", tenure.service().name());
    status.put("serviceNamespace", tenure.service().namespace());
    status.put("interfaces", tenure.interfaces().stream().map(i -> Map.of("name", i)).toList());
    status.put("addresses", tenure.addresses().stream().map(Object::toString).toList());
    status.put("mac", tenure.mac().toString());
    status.put("epoch", tenure.epoch());
    status.put(
        "since", Instant.ofEpochMilli(tenure.sinceMs()).truncatedTo(ChronoUnit.MILLIS).toString());
    status.put("reason", tenure.reason());
    conditions(tenure, before).ifPresent(conditions -> status.put("conditions", conditions));
    return status;
  }

  // Nothing is said of conflicts until there was one.
  private static Optional<List<Map<String, String>>> conditions(Tenure tenure, Fields before) {
    Optional<Fields> last =
        before.object("status").objects("conditions", c -> c).stream()
            .filter(c -> c.text("type").equals(CONFLICT))
            .findFirst();
    if (tenure.conflict().isEmpty() && last.isEmpty()) {
      return Optional.empty();
    }
    String status = tenure.conflict().isPresent() ? "True" : "False";
    String since =
        last.filter(c -> c.text("status").equals(status))
            .map(c -> c.text("lastTransitionTime"))
            .orElseGet(() -> Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    return Optional.of(
        List.of(
            Map.of(
                "type",
                CONFLICT,
                "status",
                status,
                "reason",
                tenure.conflict().isPresent() ? "ClaimedByAnother" : "Quiet",
                "message",
                tenure.conflict().orElse("no other host claims the addresses"),
                "lastTransitionTime",
                since)));
  }

  /** An event of its own, whatever was said before. */
  void event(ServiceKey service, String type, String reason, String message) {
    event(service, type, reason, message, Long.toHexString(System.nanoTime()));
  }

  private void event(ServiceKey service, String type, String reason, String message, String key) {
    Event event =
        new Event(
            service.namespace(),
            service.name() + "." + key + Names.hash(node.text()),
            Map.of(
                "apiVersion",
                Resource.SERVICES.apiVersion(),
                "kind",
                Resource.SERVICES.kind(),
                "namespace",
                service.namespace(),
                "name",
                service.name()),
            type,
            reason,
            message);
    Map<String, String> source = Map.of("component", COMPONENT, "host", node.text());
    try {
      send(
          "POST",
          Resource.EVENTS.path(service.namespace()),
          event.object(source, node.text(), Instant.now()));
      written.increment();
    } catch (ApiProblem e) {
      // The name is made of Service, node and tenure: it is there already, by an attempt whose
      // answer was lost.
      if (!e.isConflict()) {
        throw e;
      }
    }
  }
}
