package io.harp.e2e.bench;

import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.harp.e2e.SpeakerLab;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many Services in one namespace, made by 16 writers at once, which is as many as the controller
 * has, and a watch that sees when each has its address.
 */
final class Crowd implements AutoCloseable {

  /** Services of this class are nobody's. */
  static final String NOBODY = "example.com/nobody";

  private static final String NAMESPACE = "bench";
  private static final int WRITERS = 16;

  private final KubernetesClient client;
  private final Set<String> served = ConcurrentHashMap.newKeySet();
  private final Watch watch;

  Crowd(KubernetesClient client) {
    this.client = client;
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .create();
    this.watch = client.services().inNamespace(NAMESPACE).watch(new Served());
  }

  /**
   * Creates Services {@code PREFIX-FROM} up to before {@code PREFIX-TO}, and returns when the
   * server has taken all.
   *
   * @param lbClass empty for Harp's own
   * @param withStatus also writes an address into each, as a controller would
   * @return ns since it began
   */
  long create(String prefix, int from, int to, String lbClass, boolean withStatus) {
    long began = System.nanoTime();
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> writes = new ArrayList<>();
      for (int i = from; i < to; i++) {
        String name = prefix + "-" + i;
        writes.add(writers.submit(() -> create(name, lbClass, withStatus)));
      }
      for (Future<?> write : writes) {
        write.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a Service was refused", e);
    }
    return System.nanoTime() - began;
  }

  private void create(String name, String lbClass, boolean withStatus) {
    Service created = client.resource(service(name, lbClass)).create();
    if (withStatus) {
      created
          .getStatus()
          .getLoadBalancer()
          .setIngress(List.of(new LoadBalancerIngress(null, "192.0.2.1", null, null)));
      client.resource(created).updateStatus();
    }
  }

  /** Waits until so many Services have an address, all in all. */
  void awaitServed(int count, int timeoutMs) {
    if (!SpeakerLab.await(timeoutMs, () -> served.size() >= count)) {
      throw new AssertionError(served.size() + " of " + count + " Services have an address");
    }
  }

  @Override
  public void close() {
    watch.close();
  }

  /** Without node ports, of which there are only 2,768. */
  private static Service service(String name, String lbClass) {
    Service service =
        new ServiceBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(NAMESPACE)
            .endMetadata()
            .withNewSpec()
            .withType("LoadBalancer")
            .withAllocateLoadBalancerNodePorts(false)
            .addToSelector("app", name)
            .addNewPort()
            .withName("http")
            .withPort(80)
            .endPort()
            .endSpec()
            .build();
    if (!lbClass.isEmpty()) {
      service.getSpec().setLoadBalancerClass(lbClass);
    }
    return service;
  }

  private final class Served implements Watcher<Service> {
    @Override
    public void eventReceived(Action action, Service service) {
      if (service.getStatus() != null
          && !service.getStatus().getLoadBalancer().getIngress().isEmpty()) {
        served.add(service.getMetadata().getName());
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      System.err.println("controller: the watch ended: " + cause.getMessage());
    }
  }
}
