package io.harp.controller.allocation;

import io.harp.model.LbService.Port;
import io.harp.model.ServiceKey;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Who uses one address.
 *
 * @param sharing what all users have in common
 */
record Use(
    Sharing sharing, SortedTree<ServiceKey, Set<Port>> users, SortedTree<Port, ServiceKey> ports) {

  static Use of(Sharing sharing) {
    return new Use(sharing, SortedTree.empty(), SortedTree.empty());
  }

  Use with(ServiceKey service, Sharing sharing, Set<Port> taken) {
    Use without = without(service);
    SortedTree<Port, ServiceKey> ports = without.ports;
    for (Port port : taken) {
      ports = ports.put(port, service);
    }
    return new Use(sharing, without.users.put(service, taken), ports);
  }

  Use without(ServiceKey service) {
    SortedTree<Port, ServiceKey> rest = ports;
    for (Port port : users.get(service).orElse(Set.of())) {
      rest = rest.remove(port);
    }
    return new Use(sharing, users.remove(service), rest);
  }

  /** Why {@code service} may not use the address as well; empty if it may. */
  Optional<String> obstacle(ServiceKey service, Sharing wanted, Set<Port> needed) {
    boolean alone = users.size() - (users.get(service).isPresent() ? 1 : 0) == 0;
    if (alone) {
      return Optional.empty();
    }
    if (!sharing.allows(wanted)) {
      return Optional.of(
          "is used by "
              + others(service)
              + ", which "
              + (wanted.key().isEmpty()
                      || sharing.key().isEmpty()
                      || !sharing.key().equals(wanted.key())
                  ? "does not have the same allow-shared-ip key; request another address, or give"
                      + " both Services the same metallb.io/allow-shared-ip"
                  : "has other pods behind it (externalTrafficPolicy or selector differ); request"
                      + " another address, or use externalTrafficPolicy Cluster for both"));
    }
    return needed.stream()
        .sorted()
        .flatMap(p ->
            ports
                .get(p)
                .filter(o -> !o.equals(service))
                .map(o -> p + " of it is used by " + o)
                .stream())
        .findFirst()
        .map(clash -> "is shared, but " + clash + "; use another port or another address");
  }

  private String others(ServiceKey service) {
    return StreamSupport.stream(users.entries().spliterator(), false)
            .map(e -> e.getKey())
            .filter(k -> !k.equals(service))
            .limit(5)
            .map(ServiceKey::toString)
            .collect(Collectors.joining(", "))
        + (users.size() > 6 ? " and others" : "");
  }
}
