package io.harp.controller.allocation;

import io.harp.model.Address;
import io.harp.model.LbService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a Service asks for beyond "some address".
 *
 * @param pool {@code metallb.io/address-pool}
 * @param addresses one, or one of each family, IPv4 first; empty if any will do
 * @param sharingKey {@code metallb.io/allow-shared-ip}, empty for none
 * @param mistake why the request for addresses cannot be read
 */
record Request(
    Optional<String> pool, List<Address> addresses, String sharingKey, Optional<String> mistake) {

  private static final String PREFIX = "metallb.io/";
  private static final String LEGACY_PREFIX = "metallb.universe.tf/";

  /** The pool an address was given from, written by the controller. */
  static final String FROM_POOL = PREFIX + "ip-allocated-from-pool";

  static Request of(LbService service) {
    Optional<String> pool = annotation(service, "address-pool");
    String sharingKey = annotation(service, "allow-shared-ip").orElse("");
    Optional<String> list = annotation(service, "loadBalancerIPs");
    Optional<String> field = service.loadBalancerIp();
    if (list.isPresent() && field.isPresent()) {
      return mistaken(
          pool,
          sharingKey,
          "both spec.loadBalancerIP and the annotation loadBalancerIPs are set; remove one of them");
    }
    try {
      List<Address> addresses =
          list.map(Request::parse)
              .or(() -> field.map(f -> List.of(Address.parse(f))))
              .orElse(List.of());
      return new Request(pool, addresses, sharingKey, Optional.empty());
    } catch (IllegalArgumentException e) {
      return mistaken(pool, sharingKey, String.valueOf(e.getMessage()));
    }
  }

  /** The annotations of the old prefix that a Service bears, sorted. */
  static List<String> legacyKeys(LbService service) {
    return service.annotations().keySet().stream()
        .filter(k -> k.startsWith(LEGACY_PREFIX))
        .sorted()
        .toList();
  }

  /** A present key of the new prefix wins, even if its value is empty. */
  private static Optional<String> annotation(LbService service, String name) {
    String current = service.annotations().get(PREFIX + name);
    String value = current != null ? current : service.annotations().get(LEGACY_PREFIX + name);
    return value == null || value.isEmpty() ? Optional.empty() : Optional.of(value);
  }

  private static List<Address> parse(String text) {
    List<Address> addresses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      try {
        addresses.add(Address.parse(part.strip()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "the annotation loadBalancerIPs is \"" + text + "\": " + e.getMessage(), e);
      }
    }
    if (addresses.size() > 2) {
      throw new IllegalArgumentException(
          "the annotation loadBalancerIPs is \""
              + text
              + "\": it has "
              + addresses.size()
              + " addresses; give one, or one IPv4 and one IPv6");
    }
    if (addresses.size() == 2 && addresses.get(0).family() == addresses.get(1).family()) {
      throw new IllegalArgumentException(
          "the annotation loadBalancerIPs is \""
              + text
              + "\": both addresses are of one family; give one IPv4 and one IPv6");
    }
    addresses.sort(Comparator.naturalOrder());
    return List.copyOf(addresses);
  }

  private static Request mistaken(Optional<String> pool, String sharingKey, String mistake) {
    return new Request(pool, List.of(), sharingKey, Optional.of(mistake));
  }
}
