package io.harp.kube;

import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.concurrent.Executors;
import tools.jackson.databind.ObjectMapper;

/** Makes clients of the Kubernetes API. Making one contacts nobody. */
public final class Clients {

  /** The longest a request other than a watch may take, in milliseconds. */
  public static final int REQUEST_TIMEOUT_MS = 10_000;

  /** The longest making a connection may take, in milliseconds. */
  public static final int CONNECT_TIMEOUT_MS = 3_000;

  private static final int MAX_REQUESTS = 64;

  /**
   * The kinds whose watch events become objects of their own class. Events of every other kind
   * become generic objects, so a typed watch of a new kind needs its class here.
   */
  private static final List<Class<? extends KubernetesResource>> WATCHED =
      List.of(Service.class, EndpointSlice.class, Node.class, Namespace.class, Status.class);

  private Clients() {}

  /**
   * A client configured by {@code KUBECONFIG}, {@code ~/.kube/config}, or the service account of
   * the pod.
   */
  public static KubernetesClient connect() {
    return connect(Config.autoConfigure(null));
  }

  /**
   * A client that neither retries nor reconnects by itself: its callers do both, with their own
   * bounds, and know at once when trouble starts.
   */
  public static KubernetesClient connect(Config base) {
    Config config =
        new ConfigBuilder(base)
            .withConnectionTimeout(CONNECT_TIMEOUT_MS)
            .withRequestTimeout(REQUEST_TIMEOUT_MS)
            .withRequestRetryBackoffLimit(0)
            .withWatchReconnectLimit(0)
            .withWatchReconnectInterval(100)
            .withMaxConcurrentRequests(MAX_REQUESTS)
            .build();
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withKubernetesSerialization(serialization())
        .withTaskExecutorSupplier(
            () -> Executors.newCachedThreadPool(ApiThreads.factory("api-task")))
        .build();
  }

  /**
   * Knows the kinds a daemon watches. fabric8's own registers every class of every API group, a
   * thousand of them, which costs a third of a second and some megabytes at each start.
   */
  private static KubernetesSerialization serialization() {
    KubernetesSerialization serialization = new KubernetesSerialization(new ObjectMapper(), false);
    WATCHED.forEach(serialization::registerKubernetesResource);
    return serialization;
  }
}
