package io.harp.controller.allocation;

import io.harp.config.Config;
import io.harp.model.Address;
import io.harp.model.LbService;
import io.harp.model.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the author of a Service should know before the allocator has looked at it: requests that
 * cannot be read, name nothing that exists, or contradict each other. Says nothing about who holds
 * an address now; that may change until the Service's turn comes.
 */
public final class Advice {

  private static final String PREFIX = "metallb.io/";

  private static final Set<String> KNOWN =
      Set.of("address-pool", "loadBalancerIPs", "allow-shared-ip", "ip-allocated-from-pool");

  private Advice() {}

  /** One line each, the worst first; empty if all is well. */
  public static List<String> about(LbService service, Config config) {
    List<String> advice = new ArrayList<>();
    Request request = Request.of(service);
    request.mistake().ifPresent(advice::add);
    pool(request, config).ifPresent(advice::add);
    request.addresses().forEach(a -> address(a, request, config).ifPresent(advice::add));
    family(service, request).ifPresent(advice::add);
    service.annotations().keySet().stream()
        .filter(key -> key.startsWith(PREFIX))
        .filter(key -> !KNOWN.contains(key.substring(PREFIX.length())))
        .sorted()
        .forEach(key ->
            advice.add(
                "the annotation "
                    + key
                    + " means nothing; known are address-pool, loadBalancerIPs and"
                    + " allow-shared-ip"));
    LegacyKeys.warning(service).ifPresent(note -> advice.add(note.message()));
    return List.copyOf(advice);
  }

  private static Optional<String> pool(Request request, Config config) {
    return request
        .pool()
        .filter(name -> config.pools().stream().noneMatch(p -> p.name().equals(name)))
        .map(name ->
            config.setAside().contains(name)
                ? "the IPAddressPool " + name + " is broken: describe it to see why"
                : "there is no IPAddressPool " + name + " (annotation address-pool)");
  }

  private static Optional<String> address(Address address, Request request, Config config) {
    Optional<Pool> pool = config.poolOf(address);
    if (pool.isEmpty()) {
      return Optional.of("the requested address " + address + " is in no IPAddressPool");
    }
    return request
        .pool()
        .filter(wanted -> !wanted.equals(pool.get().name()))
        .map(wanted ->
            "the requested address "
                + address
                + " is in IPAddressPool "
                + pool.get().name()
                + ", but the annotation address-pool says "
                + wanted);
  }

  private static Optional<String> family(LbService service, Request request) {
    return request.addresses().stream()
        .filter(a -> !service.ipFamilies().isEmpty() && !service.ipFamilies().contains(a.family()))
        .findFirst()
        .map(a ->
            "the requested address "
                + a
                + " is "
                + switch (a.family()) {
                  case IPV4 -> "IPv4";
                  case IPV6 -> "IPv6";
                }
                + ", and spec.ipFamilies has no such family");
  }
}
