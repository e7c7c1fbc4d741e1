package io.harp.speaker.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.kube.Json;
import io.harp.kube.crd.MetalLb;
import io.harp.kube.crd.ServiceL2Status;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a move is in the API: one event of the Service and its {@link ServiceL2Status}. Each call is
 * one attempt and throws what the client throws; to repeat {@link #write} is harmless.
 */
final class MoveObjects implements Listing.Source {

  private static final String CONFLICT = "AddressConflict";

  private final KubernetesClient client;
  private final String namespace;
  private final NodeName node;
  private final LongAdder written = new LongAdder();

  MoveObjects(KubernetesClient client, String namespace, NodeName node) {
    this.client = client;
    this.namespace = namespace;
    this.node = node;
  }

  /** Requests that changed something. */
  long written() {
    return written.sum();
  }

  @Override
  public List<ServiceL2Status> of(ServiceKey service) {
    return client
        .resources(ServiceL2Status.class)
        .inNamespace(namespace)
        .withLabel(ServiceL2Status.SERVICE_NAME_LABEL, service.name())
        .withLabel(ServiceL2Status.SERVICE_NAMESPACE_LABEL, service.namespace())
        .list()
        .getItems();
  }

  @Override
  public List<ServiceL2Status> all() {
    return client.resources(ServiceL2Status.class).inNamespace(namespace).list().getItems();
  }

  /**
   * Makes what the API has of a Service agree with the newest word on it.
   *
   * @param present what it has
   */
  void write(Word word, List<ServiceL2Status> present) {
    if (word.tenure().isEmpty()) {
      present.stream().filter(this::isOwn).forEach(this::delete);
      return;
    }
    Tenure tenure = word.tenure().get();
    Optional<ServiceL2Status> own = present.stream().filter(this::isOwn).findFirst();
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
    String kept = own.map(o -> o.getMetadata().getName()).orElse("");
    if (own.isPresent() || !createWhole(tenure)) {
      update(own.orElseGet(() -> create(tenure)), tenure);
    }
    present.stream().filter(o -> !o.getMetadata().getName().equals(kept)).forEach(this::delete);
  }

  private boolean isOwn(ServiceL2Status status) {
    Map<String, String> labels = status.getMetadata().getLabels();
    return labels != null && node.text().equals(labels.get(ServiceL2Status.NODE_LABEL));
  }

  private void delete(ServiceL2Status status) {
    client.resource(status).inNamespace(namespace).delete();
    written.increment();
  }

  private void update(ServiceL2Status object, Tenure tenure) {
    ServiceL2Status.Status wanted = status(tenure, object.getStatus());
    if (!wanted.equals(object.getStatus())) {
      object.setStatus(wanted);
      client.resource(object).inNamespace(namespace).updateStatus();
      written.increment();
    }
  }

  /**
   * Object and status in one request, by the version of the definition that has no subresource.
   * Returns whether the server knows it: MetalLB's own definition does not have it.
   */
  private boolean createWhole(Tenure tenure) {
    Map<String, Object> whole =
        Map.of(
            "apiVersion",
            MetalLb.GROUP + "/" + ServiceL2Status.WHOLE,
            "kind",
            "ServiceL2Status",
            "metadata",
            metadata(tenure.service()),
            "status",
            status(tenure, null));
    String path =
        "/apis/%s/%s/namespaces/%s/servicel2statuses"
            .formatted(MetalLb.GROUP, ServiceL2Status.WHOLE, namespace);
    try {
      client.raw(path, "POST", Json.text(whole));
      written.increment();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private ObjectMeta metadata(ServiceKey service) {
    return new ObjectMetaBuilder()
        .withNamespace(namespace)
        .withName(name(service))
        .addToLabels(ServiceL2Status.NODE_LABEL, node.text())
        .addToLabels(ServiceL2Status.SERVICE_NAME_LABEL, service.name())
        .addToLabels(ServiceL2Status.SERVICE_NAMESPACE_LABEL, service.namespace())
        .build();
  }

  private ServiceL2Status create(Tenure tenure) {
    ServiceL2Status status = new ServiceL2Status();
    status.setMetadata(metadata(tenure.service()));
    ServiceL2Status created = client.resource(status).inNamespace(namespace).create();
    written.increment();
    return created;
  }

  // One name for each Service and node, so that a repeated request cannot make a second object.
  private String name(ServiceKey service) {
    return "l2-" + Names.hash(service + "@" + node);
  }

  private ServiceL2Status.Status status(Tenure tenure, ServiceL2Status.@Nullable Status before) {
    return new ServiceL2Status.Status(
        node.text(),
        tenure.service().name(),
        tenure.service().namespace(),
        tenure.interfaces().stream().map(ServiceL2Status.Interface::new).toList(),
        tenure.addresses().stream().map(Object::toString).toList(),
        tenure.mac().toString(),
        tenure.epoch(),
        Instant.ofEpochMilli(tenure.sinceMs()).truncatedTo(ChronoUnit.MILLIS).toString(),
        tenure.reason(),
        conditions(tenure, before == null ? null : before.conditions()));
  }

  // Nothing is said of conflicts until there was one.
  private static @Nullable List<Condition> conditions(
      Tenure tenure, @Nullable List<Condition> before) {
    Optional<Condition> last =
        before == null
            ? Optional.empty()
            : before.stream().filter(c -> CONFLICT.equals(c.getType())).findFirst();
    if (tenure.conflict().isEmpty() && last.isEmpty()) {
      return null;
    }
    String status = tenure.conflict().isPresent() ? "True" : "False";
    boolean same = last.filter(c -> status.equals(c.getStatus())).isPresent();
    return List.of(
        new ConditionBuilder()
            .withType(CONFLICT)
            .withStatus(status)
            .withReason(tenure.conflict().isPresent() ? "ClaimedByAnother" : "Quiet")
            .withMessage(tenure.conflict().orElse("no other host claims the addresses"))
            .withLastTransitionTime(
                same
                    ? last.get().getLastTransitionTime()
                    : Instant.now().truncatedTo(ChronoUnit.SECONDS).toString())
            .build());
  }

  /** An event of its own, whatever was said before. */
  void event(ServiceKey service, String type, String reason, String message) {
    event(service, type, reason, message, Long.toHexString(System.nanoTime()));
  }

  private void event(ServiceKey service, String type, String reason, String message, String key) {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    try {
      client
          .v1()
          .events()
          .inNamespace(service.namespace())
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withNamespace(service.namespace())
                  .withName(service.name() + "." + key + Names.hash(node.text()))
                  .endMetadata()
                  .withInvolvedObject(
                      new ObjectReferenceBuilder()
                          .withApiVersion("v1")
                          .withKind("Service")
                          .withNamespace(service.namespace())
                          .withName(service.name())
                          .build())
                  .withType(type)
                  .withReason(reason)
                  .withMessage(message)
                  .withNewSource()
                  .withComponent("metallb-speaker")
                  .withHost(node.text())
                  .endSource()
                  .withReportingComponent("metallb-speaker")
                  .withReportingInstance(node.text())
                  .withFirstTimestamp(now)
                  .withLastTimestamp(now)
                  .withCount(1)
                  .build())
          .create();
      written.increment();
    } catch (KubernetesClientException e) {
      // The name is made of Service, node and tenure: it is there already, by an attempt whose
      // answer was lost.
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        throw e;
      }
    }
  }
}
