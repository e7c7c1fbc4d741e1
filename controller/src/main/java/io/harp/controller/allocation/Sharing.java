package io.harp.controller.allocation;

import io.harp.model.LbService;
import java.util.TreeMap;

/**
 * What two Services must have in common to use one address, besides different ports.
 *
 * @param key the user's {@code allow-shared-ip}; empty shares with nobody
 * @param backends empty with {@code externalTrafficPolicy: Cluster}, where any node reaches any
 *     pod; with Local the namespace and pod selector, for only the same pods are on the same nodes
 */
record Sharing(String key, String backends) implements Comparable<Sharing> {

  static Sharing of(LbService service, String key) {
    boolean anyBackends = !service.localPolicy() || service.selector().isEmpty();
    return new Sharing(
        key,
        anyBackends ? "" : service.key().namespace() + " " + new TreeMap<>(service.selector()));
  }

  boolean allows(Sharing other) {
    return !key.isEmpty() && equals(other);
  }

  @Override
  public int compareTo(Sharing other) {
    int byKey = key.compareTo(other.key);
    return byKey != 0 ? byKey : backends.compareTo(other.backends);
  }
}
