package io.harp.e2e;

import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Every address any Service ever had, by watching; lists again whenever the watch ends. */
final class AddressHistory implements AutoCloseable {

  private final KubernetesClient client;
  private final Map<String, Set<String>> everHad = new TreeMap<>();
  private final Map<String, String> now = new HashMap<>();
  private final Set<String> sharedBy = new TreeSet<>();
  private boolean closed;
  private Watch watch;

  AddressHistory(KubernetesClient client) {
    this.client = client;
    this.watch = open();
  }

  /** What each Service has now; those without are left out. */
  synchronized Map<String, String> now() {
    return new TreeMap<>(now);
  }

  /** Addresses two Services had at one time, and by whom. */
  synchronized Set<String> twice() {
    return Set.copyOf(sharedBy);
  }

  /** Services that had more than one address, and all of them. */
  synchronized Map<String, Set<String>> moved() {
    Map<String, Set<String>> moved = new TreeMap<>(everHad);
    moved.values().removeIf(ips -> ips.size() < 2);
    return moved;
  }

  /**
   * @throws AssertionError after {@code timeoutMs}
   */
  void await(String what, long timeoutMs, BooleanSupplier condition) {
    long deadline = System.nanoTime() + timeoutMs * 1_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + timeoutMs + " ms: " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  private Watch open() {
    List<Service> all = client.services().inAnyNamespace().list().getItems();
    onlyThese(all);
    all.forEach(this::seen);
    return client
        .services()
        .inAnyNamespace()
        .watch(
            new Watcher<>() {
              @Override
              public void eventReceived(Action action, Service service) {
                switch (action) {
                  case ADDED, MODIFIED -> seen(service);
                  case DELETED -> gone(service);
                  case BOOKMARK, ERROR -> {}
                }
              }

              @Override
              public void onClose(WatcherException cause) {
                again();
              }
            });
  }

  /** Who went while nobody watched is gone. */
  private synchronized void onlyThese(List<Service> all) {
    Set<String> names =
        all.stream().map(s -> s.getMetadata().getName()).collect(Collectors.toSet());
    now.keySet().retainAll(names);
    everHad.keySet().retainAll(names);
  }

  private void again() {
    Thread.ofVirtual()
        .start(() -> {
          while (true) {
            synchronized (this) {
              if (closed) {
                return;
              }
            }
            try {
              Watch next = open();
              synchronized (this) {
                watch = next;
              }
              return;
            } catch (RuntimeException e) {
              java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            }
          }
        });
  }

  private synchronized void seen(Service service) {
    String name = service.getMetadata().getName();
    String ips =
        Optional.ofNullable(service.getStatus())
            .map(s -> s.getLoadBalancer())
            .map(l ->
                String.join(",", l.getIngress().stream().map(LoadBalancerIngress::getIp).toList()))
            .orElse("");
    if (ips.isEmpty()) {
      now.remove(name);
      return;
    }
    now.forEach((other, ip) -> {
      if (!other.equals(name) && ip.equals(ips)) {
        sharedBy.add(ip + " of " + other + " and " + name);
      }
    });
    now.put(name, ips);
    everHad.computeIfAbsent(name, _ -> new LinkedHashSet<>()).add(ips);
  }

  private synchronized void gone(Service service) {
    now.remove(service.getMetadata().getName());
    everHad.remove(service.getMetadata().getName());
  }

  @Override
  public void close() {
    Watch last;
    synchronized (this) {
      closed = true;
      last = watch;
    }
    last.close();
  }
}
