package io.harp.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1..2.3", " 1.2.3.4",
            "1.2.3.4 ", "a.b.c.d",
        "localhost", "1.2.3.-4", "٣.1.1.1", "1.2.3.4/24", ":", ":::", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9", "::1::", "1:2:3:4:5:6:7::8",
        "fe80::1%eth0", "12345::", "g::", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5"
      })
  void whatIsNoAddressIsRefusedAndQuoted(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    assertTrue(String.valueOf(e.getMessage()).contains("\"" + text + "\""), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "2001:0db8:0:0:0:0:2:1,2001:db8::2:1",
    "2001:db8:0:1:1:1:1:1,2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1,2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1,2001:db8::1:0:0:1",
    "0:0:0:0:0:0:0:0,::",
    "::1,::1",
    "1::,1::",
    "FE80::ABCD,fe80::abcd",
    "::ffff:192.0.2.1,::ffff:192.0.2.1",
    "64:ff9b::192.0.2.33,64:ff9b::c000:221",
    "1:2:3:4:5:6:7::,1:2:3:4:5:6:7:0"
  })
  void ipv6IsWrittenAsRfc5952Says(String text, String canonical) {
    assertEquals(canonical, Address.parse(text).toString());
  }

  @Property
  void ipv4TextIsReadBack(@ForAll int bits) {
    Ipv4 address = new Ipv4(bits);
    assertEquals(address, Address.parse(address.toString()));
    assertEquals(address, Address.of(address.bytes()));
  }

  @Property
  void ipv6TextIsReadBackAndMeansTheSameToTheJdk(
      @ForAll long high, @ForAll long low, @ForAll @IntRange(max = 255) int mask)
      throws UnknownHostException {
    // Zero groups are where the text forms differ, so make some.
    Ipv6 address = new Ipv6(high & groups(mask >> 4), low & groups(mask & 15));
    assertEquals(address, Address.parse(address.toString()));
    assertEquals(address, Address.of(address.bytes()));
    byte[] jdk = InetAddress.getByName(address.toString()).getAddress();
    assertEquals(address.bytes()[15], jdk[jdk.length - 1]);
  }

  private static long groups(int mask) {
    long bits = 0;
    for (int i = 0; i < 4; i++) {
      bits = bits << 16 | ((mask >> i & 1) == 0 ? 0 : 0xffff);
    }
    return bits;
  }

  @Property
  void goingForthAndBackEndsWhereItBegan(@ForAll long high, @ForAll long low, @ForAll int n) {
    Ipv6 v6 = new Ipv6(high, low);
    assertEquals(v6, v6.plus(n).plus(-(long) n));
    Ipv4 v4 = new Ipv4((int) low);
    assertEquals(v4, v4.plus(n).plus(-(long) n));
  }

  @Test
  void countingCarriesIntoTheUpperHalf() {
    assertEquals(Address.parse("0:0:0:1::"), Address.parse("::ffff:ffff:ffff:ffff").plus(1));
    assertEquals(Address.parse("::ffff:ffff:ffff:ffff"), Address.parse("0:0:0:1::").plus(-1));
  }

  @Test
  void addressesAreOrderedAsUnsignedNumbers() {
    assertTrue(Address.parse("192.0.2.1").compareTo(Address.parse("10.0.0.1")) > 0);
    assertTrue(Address.parse("ffff::").compareTo(Address.parse("1::")) > 0);
    assertTrue(Address.parse("255.255.255.255").compareTo(Address.parse("::")) < 0);
  }

  @Test
  void theSolicitedNodeGroupHasTheLastThreeBytes() {
    assertEquals(
        "ff02::1:ff28:9c5a", Ipv6.parse("fe80::2aa:ff:fe28:9c5a").solicitedNode().toString());
    assertEquals(
        "33:33:ff:28:9c:5a",
        MacAddress.multicast(Ipv6.parse("fe80::2aa:ff:fe28:9c5a").solicitedNode()).toString());
  }

  @Property
  void aPrefixIsSharedExactlyAsFarAsTheBitsAgree(
      @ForAll long high, @ForAll long low, @ForAll @IntRange(max = 127) int bit) {
    Ipv6 a = new Ipv6(high, low);
    Ipv6 b =
        bit < 64
            ? new Ipv6(high ^ Long.MIN_VALUE >>> bit, low)
            : new Ipv6(high, low ^ Long.MIN_VALUE >>> bit);
    assertTrue(a.sharesPrefix(b, bit));
    assertFalse(a.sharesPrefix(b, bit + 1));
    assertTrue(a.sharesPrefix(a, 128));
    Ipv4 c = new Ipv4((int) low);
    Ipv4 d = new Ipv4((int) low ^ Integer.MIN_VALUE >>> bit);
    assertTrue(c.sharesPrefix(d, bit % 32));
    assertFalse(c.sharesPrefix(d, bit % 32 + 1));
    assertTrue(c.sharesPrefix(c, 32));
    assertFalse(a.sharesPrefix(c, 0));
    assertFalse(c.sharesPrefix(a, 0));
  }

  @Property
  void theOrderIsThatOfTheBytesAndIpv4ComesFirst(
      @ForAll long high, @ForAll long low, @ForAll long otherHigh, @ForAll long otherLow) {
    Ipv6 a = new Ipv6(high, low);
    Ipv6 b = new Ipv6(otherHigh, otherLow);
    assertEquals(
        Integer.signum(Arrays.compareUnsigned(a.bytes(), b.bytes())),
        Integer.signum(a.compareTo(b)));
    Ipv4 c = new Ipv4((int) low);
    Ipv4 d = new Ipv4((int) otherLow);
    assertEquals(
        Integer.signum(Arrays.compareUnsigned(c.bytes(), d.bytes())),
        Integer.signum(c.compareTo(d)));
    assertTrue(c.compareTo(a) < 0 && a.compareTo(c) > 0);
  }
}
