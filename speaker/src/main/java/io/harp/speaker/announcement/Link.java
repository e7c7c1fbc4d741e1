package io.harp.speaker.announcement;

import io.harp.model.Address;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.util.List;
import java.util.Optional;

/**
 * A network interface that may speak: up, able to broadcast, not excluded and not enslaved.
 *
 * @param carrier whether the cable (or its virtual like) is connected now
 * @param subnets its addresses with their prefix lengths
 * @param linkLocal the link-local IPv6 address frames are sent from; empty where IPv6 is off or
 *     still tentative
 */
public record Link(
    int index,
    String name,
    MacAddress mac,
    boolean carrier,
    List<Subnet> subnets,
    Optional<Ipv6> linkLocal) {

  public Link {
    subnets = List.copyOf(subnets);
  }

  /** An address of the interface and how many leading bits its subnet fixes. */
  public record Subnet(Address address, int prefixLength) {}
}
