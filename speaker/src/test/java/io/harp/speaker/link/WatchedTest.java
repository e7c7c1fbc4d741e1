package io.harp.speaker.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.link.Watched.Entry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WatchedTest {

  @Property
  void findsExactlyWhatIsHeldOrWatched(
      @ForAll Set<Integer> held, @ForAll Set<Integer> watched, @ForAll Set<Integer> others) {
    Map<Address, Set<Integer>> links = new HashMap<>();
    held.forEach(bits -> links.put(new Ipv4(bits), Set.of(3)));
    Set<Address> watching = watched.stream().map(Ipv4::new).collect(Collectors.toSet());
    Watched table = Watched.of(Held.of(links), watching, new WireCounters());
    Set<Integer> all = new HashSet<>(others);
    all.addAll(held);
    all.addAll(watched);
    for (int bits : all) {
      Entry entry = table.find(bits);
      if (held.contains(bits) || watched.contains(bits)) {
        assertEquals(new Ipv4(bits), entry == null ? null : entry.address);
        assertEquals(held.contains(bits), entry != null && entry.isAnsweredOn(3));
        assertEquals(false, entry != null && entry.isAnsweredOn(4));
      } else {
        assertNull(entry);
      }
    }
  }

  @Property
  void findsIpv6AddressesByBothHalves(@ForAll Set<Long> lows, @ForAll long high) {
    Set<Address> watching =
        lows.stream().map(low -> new Ipv6(high, low)).collect(Collectors.toSet());
    Watched table = Watched.of(Held.NONE, watching, new WireCounters());
    for (long low : lows) {
      Entry entry = table.find(high, low);
      assertEquals(new Ipv6(high, low), entry == null ? null : entry.address);
      assertNull(table.find(high + 1, low));
    }
    assertEquals(watching, Set.copyOf(table.ipv6()));
  }
}
