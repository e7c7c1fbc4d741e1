package io.harp.kube;

import io.harp.loop.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The addresses of the pods of one namespace that a label selector selects, sorted by node. The
 * whole list is delivered whenever it changes, first when all pods have been listed.
 */
public final class PodAddresses implements AutoCloseable, Reflector.Sink {

  private final Consumer<List<PodAddress>> changed;
  private final TreeMap<String, PodAddress> byPod = new TreeMap<>();
  private final Reflector pods;
  private List<PodAddress> told = List.of();
  private boolean listed;

  private PodAddresses(
      Api api, String namespace, String selector, Clock clock, Consumer<List<PodAddress>> changed) {
    this.changed = changed;
    this.pods =
        new Reflector(api, Resource.PODS, Scope.in(namespace).withLabels(selector), clock, this);
  }

  /**
   * Starts watching and returns at once.
   *
   * @param selector as kubectl's {@code -l}, {@code app=metallb,component=speaker}
   */
  public static PodAddresses watch(
      Api api, String namespace, String selector, Clock clock, Consumer<List<PodAddress>> changed) {
    PodAddresses addresses = new PodAddresses(api, namespace, selector, clock, changed);
    addresses.pods.start();
    return addresses;
  }

  @Override
  public void seen(Fields pod) {
    String name = pod.name();
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
