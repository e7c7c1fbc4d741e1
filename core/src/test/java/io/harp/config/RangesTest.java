package io.harp.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.AddressRange;
import io.harp.model.Ipv6;
import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangesTest {

  /** Cases C001-C018 of MetalLB's parser. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "C001, 192.168.10.0/24, 192.168.10.0, 192.168.10.255",
    "C002, 192.168.10.100/24, 192.168.10.0, 192.168.10.255",
    "C005, 192.168.9.1-192.168.9.5, 192.168.9.1, 192.168.9.5",
    "C006, 192.168.1.240 - 192.168.1.250, 192.168.1.240, 192.168.1.250",
    "C010, 192.168.1.0-192.168.1.255, 192.168.1.0, 192.168.1.255",
    "C017, ::ffff:1.2.3.0/120, 1.2.3.0, 1.2.3.255",
    "C018, 1.2.3.4-::ffff:1.2.3.6, 1.2.3.4, 1.2.3.6",
    "all of IPv4, 0.0.0.0/0, 0.0.0.0, 255.255.255.255",
    "all of IPv6, ::/0, ::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "one, fc00::1/128, fc00::1, fc00::1",
    "across the middle, fc00::/63, fc00::, fc00::1:ffff:ffff:ffff:ffff",
  })
  void readsWhatUsersWrite(String id, String text, String first, String last) {
    assertEquals(
        new AddressRange(Address.parse(first), Address.parse(last)), Ranges.parse(text), id);
  }

  /** Cases C004 and C013-C027; C019 is a range of two families, which MetalLB takes for empty. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "192.168.10.5",
        " 10.0.0.0/8",
        "10.0.0.0/8 ",
        "1.2.3.4-fc00::1",
        "fc00::1-1.2.3.4",
        "010.0.0.1/32",
        "1.2.3.4-1.2.3.5-1.2.3.6",
        "1.2.3.4-",
        "-",
        "",
        "fe80::1%eth0/64",
        "1.2.3.4/33",
        "1.2.3.4/",
        "1.2.3.4/08",
        "1.2.3.9-1.2.3.1"
      })
  void refusesWhatIsNoRange(String text) {
    assertThrows(IllegalArgumentException.class, () -> Ranges.parse(text));
  }

  /** Cases A150-A159. */
  @ParameterizedTest(name = "{0} without buggy ones: {1}")
  @CsvSource({
    "1.2.3.0/24, 254, 256",
    "2.3.4.128/25, 127, 128",
    "192.168.10.0/30, 3, 4",
    "10.0.0.0/16, 65024, 65536",
    "1.2.3.0/25, 127, 128",
    "1.2.3.64/26, 64, 64",
    "1.2.3.255/32, 0, 1",
    "1.2.3.0/32, 0, 1",
    "0.0.0.0/0, 4261412864, 4294967296",
    "1000::/64, 9223372036854775807, 9223372036854775807",
    "1000::/65, 9223372036854775807, 9223372036854775807",
    "1000::/66, 4611686018427387904, 4611686018427387904",
    "1000::/120, 256, 256",
    "::/0, 9223372036854775807, 9223372036854775807",
  })
  void countsUsableAddresses(String text, long withoutBuggy, long all) {
    assertEquals(all, Ranges.usable(Ranges.parse(text), false));
    assertEquals(withoutBuggy, Ranges.usable(Ranges.parse(text), true));
  }

  @Test
  void sumsSaturate() {
    assertEquals(Long.MAX_VALUE, Ranges.saturatedSum(Long.MAX_VALUE, 256));
    assertEquals(Long.MAX_VALUE, Ranges.saturatedSum(256, Long.MAX_VALUE));
    assertEquals(7, Ranges.saturatedSum(3, 4));
  }

  @Property
  void sizesAreThoseOfExactArithmetic(
      @ForAll long high, @ForAll long low, @ForAll boolean near, @ForAll long x, @ForAll long y) {
    Address a = new Ipv6(high, low);
    Address b = near ? new Ipv6(high + (x & 1), y) : new Ipv6(x, y);
    AddressRange range = a.compareTo(b) <= 0 ? new AddressRange(a, b) : new AddressRange(b, a);
    BigInteger exact =
        new BigInteger(1, range.last().bytes())
            .subtract(new BigInteger(1, range.first().bytes()))
            .add(BigInteger.ONE)
            .min(BigInteger.valueOf(Long.MAX_VALUE));
    assertEquals(exact.longValueExact(), range.size());
  }

  @Test
  void rangesOverlapIfTheyShareAnAddress() {
    AddressRange low = Ranges.parse("1.1.1.1-1.1.1.100");
    assertFalse(low.overlaps(Ranges.parse("1.1.1.101-1.1.1.200")));
    assertTrue(low.overlaps(Ranges.parse("1.1.1.100-1.1.1.200")));
    assertTrue(low.overlaps(Ranges.parse("1.1.1.50/32")));
    assertFalse(low.overlaps(Ranges.parse("::/0")));
  }
}
