package io.harp.speaker.announcement;

import io.harp.model.Address;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * One immutable picture of which addresses are answered on which interfaces. The port turns it into
 * its own lookup table once per {@link FramePort#publish}.
 */
public final class Held {

  public static final Held NONE = new Held(Map.of());

  private final Map<Address, Set<Integer>> links;

  private Held(Map<Address, Set<Integer>> links) {
    this.links = links;
  }

  /**
   * @param links by address the indexes of the interfaces that answer for it
   */
  public static Held of(Map<Address, Set<Integer>> links) {
    Map<Address, Set<Integer>> copy = HashMap.newHashMap(links.size());
    links.forEach((address, on) -> copy.put(address, Set.copyOf(on)));
    return new Held(copy);
  }

  public Set<Address> addresses() {
    return links.keySet();
  }

  /** The indexes of the interfaces that answer for {@code address}; empty if it is not held. */
  public Set<Integer> links(Address address) {
    return links.getOrDefault(address, Set.of());
  }
}
