package io.harp.speaker.packet;

import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Trailer;
import java.util.HexFormat;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Frames as other programs send them, and any frame at all. */
public final class Frames {

  private Frames() {}

  /** Bytes from hexadecimal text with blanks. */
  public static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }

  public static Arbitrary<MacAddress> macs() {
    return Arbitraries.longs().between(0, 0xffff_ffff_ffffL).map(MacAddress::new);
  }

  static Arbitrary<Ipv4> ipv4s() {
    return Arbitraries.integers().map(Ipv4::new);
  }

  /** Unicast addresses that are not {@code ::}. */
  static Arbitrary<Ipv6> ipv6s() {
    return Combinators.combine(
            Arbitraries.longs().between(0x2000L << 48, 0x3fffL << 48), Arbitraries.longs())
        .as(Ipv6::new);
  }

  static Arbitrary<Optional<Trailer>> trailers() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 0xff_ffff),
            Arbitraries.integers().between(0, 0xffff),
            Arbitraries.integers().between(0, 0xff_ffff),
            Arbitraries.integers().between(0, 0xffff),
            Arbitraries.integers().between(0, 255),
            Arbitraries.longs().between(0, 0xff_ffff_ffffL))
        .as(Trailer::new)
        .optional();
  }
}
