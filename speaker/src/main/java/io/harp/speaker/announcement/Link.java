package io.harp.speaker.announcement;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import java.util.List;

/**
 * A network interface that may speak: up, able to broadcast, not excluded and not enslaved.
 *
 * @param carrier whether the cable (or its virtual like) is connected now
 * @param subnets its addresses with their prefix lengths
 */
public record Link(int index, String name, MacAddress mac, boolean carrier, List<Subnet> subnets) {

  public Link {
    subnets = List.copyOf(subnets);
  }

  /** An address of the interface and how many leading bits its subnet fixes. */
  public record Subnet(Address address, int prefixLength) {}
}
