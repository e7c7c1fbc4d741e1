package io.harp.controller.hostports;

import io.harp.kube.Fields;
import io.harp.kube.PlainObjects;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All workloads that want host ports, and no others: templates, and those pods in host networks
 * that no known template made. Filled by watches, read by anybody. Pods that only map a host port
 * and belong to no template are not seen: watching every pod of a cluster for them would cost more
 * than they are worth.
 */
final class Workloads implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Workloads.class);

  static final Scope IN_HOST_NETWORK = Scope.ALL.withField("spec.hostNetwork", "true");

  static final List<Resource> TEMPLATES =
      List.of(
          new Resource("apps", "v1", "DaemonSet", "daemonsets"),
          new Resource("apps", "v1", "Deployment", "deployments"),
          new Resource("apps", "v1", "StatefulSet", "statefulsets"),
          new Resource("batch", "v1", "CronJob", "cronjobs"),
          new Resource("batch", "v1", "Job", "jobs"));

  private final Map<Workload.Id, Workload> known = new ConcurrentHashMap<>();
  private final Map<Workload.Id, Workload.Id> makers = new ConcurrentHashMap<>();
  private final AtomicInteger unlisted = new AtomicInteger(TEMPLATES.size() + 1);
  private final List<PlainObjects.Watching> watches = new ArrayList<>();

  /** Knows what {@link #put} tells. */
  static Workloads none() {
    return new Workloads();
  }

  /** Watches from now on. */
  static Workloads watch(PlainObjects objects) {
    Workloads workloads = new Workloads();
    TEMPLATES.forEach(kind ->
        workloads.watches.add(objects.watch(kind, Scope.ALL, workloads.new Part(kind.kind()))));
    workloads.watches.add(objects.watch(Resource.PODS, IN_HOST_NETWORK, workloads.new Part("Pod")));
    return workloads;
  }

  /** All there are now. */
  static Workloads list(PlainObjects objects) {
    Workloads workloads = new Workloads();
    TEMPLATES.forEach(kind ->
        objects
            .list(kind, Scope.ALL)
            .orElse(List.of())
            .forEach(o -> workloads.put(kind.kind(), o)));
    objects
        .list(Resource.PODS, IN_HOST_NETWORK)
        .orElse(List.of())
        .forEach(o -> workloads.put("Pod", o));
    return workloads;
  }

  boolean isListed() {
    return unlisted.get() <= 0;
  }

  /** Without what another one of them has made. */
  Collection<Workload> all() {
    return known.values().stream().filter(w -> !isMade(w.id())).toList();
  }

  boolean has(Workload.Id id) {
    return known.containsKey(id);
  }

  void put(String kind, Fields object) {
    try {
      Workload workload = WorkloadReader.read(withKind(kind, object));
      Workload.Id id = workload.id();
      if (workload.claims().isEmpty() || WorkloadReader.isDone(object)) {
        remove(id);
        return;
      }
      WorkloadReader.maker(object).ifPresent(maker -> makers.put(id, maker));
      known.put(id, workload);
    } catch (Fields.WrongType e) {
      log.debug("{} cannot be read: {}: {}", object.nameOr("?"), e.field, e.getMessage());
    }
  }

  private void remove(Workload.Id id) {
    known.remove(id);
    makers.remove(id);
  }

  private boolean isMade(Workload.Id id) {
    Workload.Id maker = makers.get(id);
    return maker != null && (known.containsKey(maker) || isMade(maker));
  }

  /** Objects of a list do not say their kind. */
  private static Fields withKind(String kind, Fields object) {
    if (!object.text("kind").isEmpty()) {
      return object;
    }
    Map<String, Object> values = new java.util.HashMap<>();
    object.values().forEach((key, value) -> values.put(String.valueOf(key), value));
    values.put("kind", kind);
    return new Fields("", values);
  }

  @Override
  public void close() {
    watches.forEach(PlainObjects.Watching::close);
  }

  /** One kind. */
  private final class Part implements PlainObjects.Sink {
    private final String kind;
    private boolean listed;

    Part(String kind) {
      this.kind = kind;
    }

    @Override
    public void seen(Fields object) {
      put(kind, object);
    }

    @Override
    public void gone(String namespace, String name) {
      remove(new Workload.Id(kind, namespace, name));
    }

    @Override
    public void listed() {
      if (!listed) {
        listed = true;
        if (unlisted.decrementAndGet() == 0) {
          log.info("the port guard knows {} workloads with host ports", known.size());
        }
      }
    }
  }
}
