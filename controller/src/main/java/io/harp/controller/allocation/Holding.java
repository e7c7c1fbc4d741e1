package io.harp.controller.allocation;

import io.harp.model.Address;
import io.harp.model.LbService.Port;
import java.util.List;
import java.util.Set;

/**
 * What one Service has.
 *
 * @param pool where all its addresses come from
 * @param addresses one, or one of each family, in the order of the status
 */
public record Holding(String pool, List<Address> addresses, Sharing sharing, Set<Port> ports) {

  public Holding {
    addresses = List.copyOf(addresses);
    ports = Set.copyOf(ports);
  }
}
