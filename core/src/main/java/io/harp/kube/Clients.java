package io.harp.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.concurrent.Executors;

/** Makes clients of the Kubernetes API. Making one contacts nobody. */
public final class Clients {

  /** The longest a request other than a watch may take, in milliseconds. */
  public static final int REQUEST_TIMEOUT_MS = 10_000;

  /** The longest making a connection may take, in milliseconds. */
  public static final int CONNECT_TIMEOUT_MS = 3_000;

  private static final int MAX_REQUESTS = 64;

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
        .withTaskExecutorSupplier(Executors::newVirtualThreadPerTaskExecutor)
        .build();
  }
}
