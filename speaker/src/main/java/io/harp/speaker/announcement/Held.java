package io.harp.speaker.announcement;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * One immutable picture of which addresses are answered on which interfaces. The responder reads it
 * for every request on the segment; looking up an address allocates nothing.
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
    return new Held(new HashMap<>(links));
  }

  public Set<Address> addresses() {
    return links.keySet();
  }

  /** Whether the IPv4 address {@code bits} is answered on interface {@code link}. */
  public boolean answers(int bits, int link) {
    Set<Integer> on = links.get(new Ipv4(bits));
    return on != null && on.contains(link);
  }

  /** Whether an IPv6 address is answered on interface {@code link}. */
  public boolean answers(long high, long low, int link) {
    Set<Integer> on = links.get(new Ipv6(high, low));
    return on != null && on.contains(link);
  }
}
