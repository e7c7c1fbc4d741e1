package io.harp.controller.allocation;

import io.harp.controller.allocation.Attempt.Granted;
import io.harp.controller.allocation.Attempt.Refused;
import io.harp.model.Address;
import io.harp.model.Family;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds addresses for a Service that has none. */
record Choice(
    Allocator allocator,
    LbService service,
    Request request,
    Set<Family> families,
    Sharing sharing) {

  // A number that changed with every Service would make a new event each time, so what is said of a
  // pool that is used up is how many addresses it has.
  private static final String MORE =
      "; add addresses to spec.addresses of a pool, or free one that is not needed";

  Choice(Allocator allocator, LbService service, Request request, Set<Family> families) {
    this(allocator, service, request, families, Sharing.of(service, request.sharingKey()));
  }

  Attempt attempt() {
    if (!request.addresses().isEmpty()) {
      return requestedAddresses();
    }
    if (request.pool().isPresent()) {
      return requestedPool(request.pool().get());
    }
    PoolOrder order = allocator.order();
    return fromAny(order.pinned()).or(() -> fromAny(order.common())).orElseGet(this::nothing);
  }

  /** One more address of the missing family, from the pool the first came from. */
  Attempt second(Holding held) {
    PoolState pool = allocator.pool(held.pool()).orElseThrow();
    Family have = held.addresses().getFirst().family();
    Family missing = have == Family.IPV4 ? Family.IPV6 : Family.IPV4;
    Optional<Address> address =
        allocator.lowest(pool, missing, service.key(), held.sharing(), service.ports());
    if (address.isEmpty()) {
      return new Refused("pool " + held.pool() + " has no free " + name(missing) + " address");
    }
    return allocator.register(
        service,
        held.sharing(),
        Stream.of(held.addresses().getFirst(), address.get()).sorted().toList());
  }

  private Attempt requestedAddresses() {
    Set<Family> wanted =
        request.addresses().stream()
            .map(Address::family)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Family.class)));
    if (!wanted.equals(families)) {
      return new Refused(
          "the requested "
              + request.addresses()
              + " do not fit the Service, whose cluster IPs are "
              + names(families)
              + "; request one address of each of its families");
    }
    Attempt attempt = allocator.register(service, sharing, request.addresses());
    if (attempt instanceof Granted granted
        && request.pool().filter(p -> !p.equals(granted.holding().pool())).isPresent()) {
      return new Refused(
          "the requested "
              + request.addresses()
              + " belong to pool "
              + granted.holding().pool()
              + ", not to the requested pool "
              + request.pool().get()
              + "; remove one of the two annotations");
    }
    return attempt;
  }

  private Attempt requestedPool(String name) {
    Optional<PoolState> pool = allocator.pool(name);
    if (pool.isEmpty()) {
      return new Refused(
          allocator.setAside().contains(name)
              ? "pool \"" + name + "\" is set aside until its configuration is mended"
              : "there is no pool \"" + name + "\"; there is " + names(allocator.pools()));
    }
    Optional<String> closed = Openness.obstacle(pool.get().pool(), service);
    return closed
        .<Attempt>map(Refused::new)
        .or(() -> fromAny(List.of(name)))
        .orElseGet(() -> new Refused(exhausted(pool.get()) + MORE));
  }

  /** From the first pool that can give what is needed. */
  private Optional<Attempt> fromAny(List<String> pools) {
    Optional<Attempt> all = fromAny(pools, families);
    if (all.isPresent()
        || families.size() == 1
        || service.ipFamilyPolicy() != FamilyPolicy.PREFER_DUAL_STACK) {
      return all;
    }
    Family primary = service.ipFamilies().isEmpty() ? Family.IPV4 : service.ipFamilies().getFirst();
    return fromAny(pools, Set.of(primary))
        .or(() -> fromAny(pools, EnumSet.complementOf(EnumSet.of(primary))));
  }

  private Optional<Attempt> fromAny(List<String> pools, Set<Family> wanted) {
    for (String name : pools) {
      PoolState pool = allocator.pool(name).orElseThrow();
      Optional<Attempt> attempt =
          Openness.obstacle(pool.pool(), service).isPresent()
              ? Optional.empty()
              : from(pool, wanted);
      if (attempt.isPresent()) {
        return attempt;
      }
    }
    return Optional.empty();
  }

  private Optional<Attempt> from(PoolState pool, Set<Family> wanted) {
    List<Address> addresses = new ArrayList<>();
    for (Family family : Family.values()) {
      if (!wanted.contains(family)) {
        continue;
      }
      Optional<Address> lowest =
          allocator.lowest(pool, family, service.key(), sharing, service.ports());
      if (lowest.isEmpty()) {
        return Optional.empty();
      }
      addresses.add(lowest.get());
    }
    return switch (allocator.register(service, sharing, addresses)) {
      case Granted granted -> Optional.of(granted);
      case Refused _ -> Optional.empty();
    };
  }

  private Attempt nothing() {
    PoolOrder order = allocator.order();
    List<PoolState> tried =
        Stream.of(order.pinned(), order.common())
            .flatMap(List::stream)
            .map(name -> allocator.pool(name).orElseThrow())
            .filter(p -> Openness.obstacle(p.pool(), service).isEmpty())
            .toList();
    if (tried.isEmpty()) {
      return new Refused(
          "no pool is open to this Service without being asked for"
              + " (spec.autoAssign and spec.serviceAllocation of the pools)");
    }
    return new Refused(
        tried.stream().limit(5).map(this::exhausted).collect(Collectors.joining("; "))
            + (tried.size() > 5 ? "; and " + (tried.size() - 5) + " more pools" : "")
            + MORE);
  }

  private String exhausted(PoolState pool) {
    List<String> lacks =
        families.stream()
            .filter(
                f -> allocator.lowest(pool, f, service.key(), sharing, service.ports()).isEmpty())
            .map(f ->
                pool.has(f)
                    ? "no free %s address (all %d in use)".formatted(name(f), pool.capacity(f))
                    : "no " + name(f) + " address")
            .toList();
    return "pool " + pool.pool().name() + " has " + String.join(" and ", lacks);
  }

  private static String names(SortedTree<String, PoolState> pools) {
    List<String> names = new ArrayList<>();
    pools.forEach((name, _) -> names.add(name));
    return names.stream().limit(5).collect(Collectors.joining(", "))
        + (names.size() > 5 ? " and " + (names.size() - 5) + " more" : "");
  }

  static String names(Set<Family> families) {
    return families.stream().map(Choice::name).collect(Collectors.joining(" and "));
  }

  static String name(Family family) {
    return switch (family) {
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
    };
  }
}
