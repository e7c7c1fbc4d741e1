package io.harp.e2e;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.Lan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The part of kube-proxy that looks at the API: nodes without an endpoint take no traffic for
 * Services with {@code externalTrafficPolicy: Local}. What nodes do with traffic they take is in
 * {@link Lan}.
 */
final class KubeProxy implements AutoCloseable {

  private final Lan lan;
  private final LabPlan plan;
  private final SharedIndexInformer<Service> services;
  private final SharedIndexInformer<EndpointSlice> slices;
  private final Map<String, Set<String>> told = new HashMap<>();

  KubeProxy(KubernetesClient client, Lan lan, LabPlan plan) {
    this.lan = lan;
    this.plan = plan;
    this.services = client.services().inNamespace("default").runnableInformer(0);
    this.slices =
        client.discovery().v1().endpointSlices().inNamespace("default").runnableInformer(0);
    services.addEventHandler(new Changed<>());
    slices.addEventHandler(new Changed<>());
    services.start();
    slices.start();
  }

  private synchronized void sync() {
    for (LabPlan.Host node : plan.allNodes()) {
      Set<String> elsewhere = new TreeSet<>();
      for (Service service : services.getStore().list()) {
        if ("Local".equals(service.getSpec().getExternalTrafficPolicy())
            && !isServedOn(node.name(), service.getMetadata().getName())) {
          elsewhere.addAll(addresses(service));
        }
      }
      if (!elsewhere.equals(told.getOrDefault(node.name(), Set.of()))) {
        told.put(node.name(), elsewhere);
        lan.serveElsewhere(node.name(), elsewhere);
      }
    }
  }

  private boolean isServedOn(String node, String service) {
    return slices.getStore().list().stream()
        .filter(s -> service.equals(label(s)))
        .flatMap(s -> s.getEndpoints().stream())
        .anyMatch(e -> node.equals(e.getNodeName()) && Boolean.TRUE.equals(ready(e)));
  }

  private static @Nullable String label(EndpointSlice slice) {
    return slice.getMetadata().getLabels().get("kubernetes.io/service-name");
  }

  private static @Nullable Boolean ready(
      io.fabric8.kubernetes.api.model.discovery.v1.Endpoint endpoint) {
    return endpoint.getConditions() == null ? null : endpoint.getConditions().getReady();
  }

  private static List<String> addresses(Service service) {
    return service.getStatus() == null || service.getStatus().getLoadBalancer() == null
        ? List.of()
        : service.getStatus().getLoadBalancer().getIngress().stream().map(i -> i.getIp()).toList();
  }

  @Override
  public void close() {
    services.close();
    slices.close();
  }

  private final class Changed<T> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      sync();
    }

    @Override
    public void onUpdate(T before, T after) {
      sync();
    }

    @Override
    public void onDelete(T object, boolean unknown) {
      sync();
    }
  }
}
