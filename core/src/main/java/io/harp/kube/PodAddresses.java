package io.harp.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.harp.loop.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The addresses of the pods of one namespace that a label selector selects, sorted by node. The
 * whole list is delivered whenever it changes, first when all pods have been listed.
 *
 * <p>Pods are read as generic objects: the three fields needed here do not justify the three
 * hundred classes of a typed pod.
 */
public final class PodAddresses
    implements AutoCloseable, Reflector.Sink<GenericKubernetesResource> {

  private static final ResourceDefinitionContext PODS =
      new ResourceDefinitionContext.Builder()
          .withVersion("v1")
          .withKind("Pod")
          .withPlural("pods")
          .withNamespaced(true)
          .build();

  private final Consumer<List<PodAddress>> changed;
  private final TreeMap<String, PodAddress> byPod = new TreeMap<>();
  private final Reflector<GenericKubernetesResource> pods;
  private List<PodAddress> told = List.of();
  private boolean listed;

  private PodAddresses(
      KubernetesClient client,
      String namespace,
      String selector,
      Clock clock,
      Consumer<List<PodAddress>> changed) {
    this.changed = changed;
    this.pods =
        new Reflector<>(
            "pods",
            client
                .genericKubernetesResources(PODS)
                .inNamespace(namespace)
                .withLabelSelector(selector),
            clock,
            this);
  }

  /**
   * Starts watching and returns at once.
   *
   * @param selector as kubectl's {@code -l}, {@code app=metallb,component=speaker}
   */
  public static PodAddresses watch(
      KubernetesClient client,
      String namespace,
      String selector,
      Clock clock,
      Consumer<List<PodAddress>> changed) {
    PodAddresses addresses = new PodAddresses(client, namespace, selector, clock, changed);
    addresses.pods.start();
    return addresses;
  }

  @Override
  public void seen(GenericKubernetesResource pod) {
    String name = pod.getMetadata().getName();
    Translate.pod(pod).ifPresentOrElse(a -> byPod.put(name, a), () -> byPod.remove(name));
    tell();
  }

  @Override
  public void gone(Reflector.Name pod) {
    byPod.remove(pod.name());
    tell();
  }

  @Override
  public void listed() {
    boolean first = !listed;
    listed = true;
    if (first && byPod.isEmpty()) {
      changed.accept(List.of());
    }
    tell();
  }

  private void tell() {
    List<PodAddress> now =
        byPod.values().stream()
            .sorted(Comparator.comparing(PodAddress::node).thenComparing(PodAddress::ip))
            .toList();
    if (listed && !now.equals(told)) {
      told = now;
      changed.accept(now);
    }
  }

  @Override
  public void close() {
    pods.close();
  }
}
