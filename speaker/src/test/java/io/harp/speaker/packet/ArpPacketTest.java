package io.harp.speaker.packet;

import static io.harp.speaker.packet.Frames.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.speaker.packet.ArpPacket.Operation;
import io.harp.speaker.protocol.Trailer;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ArpPacketTest {

  private static final MacAddress ASKER = MacAddress.parse("da:52:e1:16:fe:9e");
  private static final MacAddress HOLDER = MacAddress.parse("3e:4a:7b:03:c1:5a");
  private static final Ipv4 CLIENT = Ipv4.parse("10.0.0.2");
  private static final Ipv4 ADDRESS = Ipv4.parse("10.0.0.100");

  // Captured with tcpdump: iputils' `arping -c1 10.0.0.100` and what the kernel answered.
  private static final byte[] REQUEST =
      hex(
          "ffffffffffff da52e116fe9e 0806 0001 0800 06 04 0001"
              + "da52e116fe9e 0a000002 ffffffffffff 0a000064");
  private static final byte[] REPLY =
      hex(
          "da52e116fe9e 3e4a7b03c15a 0806 0001 0800 06 04 0002"
              + "3e4a7b03c15a 0a000064 da52e116fe9e 0a000002");

  @Test
  void readsTheRequestOfArping() {
    assertEquals(
        Optional.of(
            new ArpPacket(
                Operation.REQUEST, ASKER, CLIENT, MacAddress.BROADCAST, ADDRESS, Optional.empty())),
        ArpPacket.decode(REQUEST, REQUEST.length));
  }

  @Test
  void answersByteForByteAsTheKernelDoes() {
    byte[] out = new byte[ArpPacket.LENGTH_WITH_TRAILER];
    int length = ArpPacket.reply(REQUEST, HOLDER.bits(), out);
    assertArrayEquals(REPLY, Arrays.copyOf(out, length));
  }

  // The first captured from iputils' `arping -U -c1 10.0.0.100`; the second is the same as a reply,
  // as MetalLB sends it.
  @Test
  void announcesInBothForms() {
    assertArrayEquals(
        hex(
            "ffffffffffff 3e4a7b03c15a 0806 0001 0800 06 04 0001"
                + "3e4a7b03c15a 0a000064 ffffffffffff 0a000064"),
        encode(ArpPacket.announcement(Operation.REQUEST, HOLDER, ADDRESS, Optional.empty())));
    assertArrayEquals(
        hex(
            "ffffffffffff 3e4a7b03c15a 0806 0001 0800 06 04 0002"
                + "3e4a7b03c15a 0a000064 ffffffffffff 0a000064"),
        encode(ArpPacket.announcement(Operation.REPLY, HOLDER, ADDRESS, Optional.empty())));
  }

  // Captured with tcpdump: iputils' `arping -D -c1 10.0.0.100`, but for its broadcast target
  // hardware address: RFC 5227 section 2.1.1 asks for zeros.
  @Test
  void probesWithoutASender() {
    assertArrayEquals(
        hex(
            "ffffffffffff da52e116fe9e 0806 0001 0800 06 04 0001"
                + "da52e116fe9e 00000000 000000000000 0a000064"),
        encode(ArpPacket.probe(ASKER, ADDRESS, Optional.empty())));
  }

  // As the kernel of a host with both addresses asks with `arping -s 10.0.0.100 10.0.0.1`, but for
  // the broadcast target hardware address of iputils.
  @Test
  void asksInTheNameOfAnAddress() {
    byte[] out = new byte[ArpPacket.LENGTH_WITH_TRAILER];
    int length =
        ArpPacket.question(HOLDER, ADDRESS, Ipv4.parse("10.0.0.1"), Optional.empty())
            .encode(ASKER, out);
    assertArrayEquals(
        hex(
            "da52e116fe9e 3e4a7b03c15a 0806 0001 0800 06 04 0001"
                + "3e4a7b03c15a 0a000064 000000000000 0a000001"),
        Arrays.copyOf(out, length));
  }

  @Test
  void fillsTheMinimumFrameWithTheTrailer() {
    Trailer trailer = new Trailer(1, 2, 3, 4, 5, 6);
    byte[] frame = encode(ArpPacket.probe(ASKER, ADDRESS, Optional.of(trailer)));
    assertEquals(60, frame.length);
    assertEquals(Optional.of(trailer), ArpPacket.trailer(frame, 60));
    assertEquals(Optional.empty(), ArpPacket.trailer(frame, 59));
    assertEquals(Optional.empty(), ArpPacket.trailer(Arrays.copyOf(REPLY, 60), 60));
  }

  @Test
  void ignoresPacketsOfVlansAndOtherProtocols() {
    byte[] tagged =
        hex(
            "ffffffffffff da52e116fe9e 8100 000a 0806 0001 0800 06 04 0001"
                + "da52e116fe9e 0a000002 000000000000 0a000064");
    assertFalse(ArpPacket.isValid(tagged, tagged.length));
    for (int at : new int[] {13, 15, 17, 18, 19, 20}) {
      byte[] other = REQUEST.clone();
      other[at] ^= 0x10;
      assertFalse(ArpPacket.isValid(other, other.length), "byte " + at + " changed");
    }
    byte[] reverse = REQUEST.clone();
    reverse[21] = 3;
    assertFalse(ArpPacket.isValid(reverse, reverse.length));
  }

  @Property
  void readsWhatItWrites(@ForAll("packets") ArpPacket packet) {
    byte[] frame = encode(packet);
    assertEquals(Optional.of(packet), ArpPacket.decode(frame, frame.length));
  }

  @Property
  void readsNothingFromACutFrame(@ForAll("packets") ArpPacket packet, @ForAll int cut) {
    int length = Math.floorMod(cut, ArpPacket.LENGTH);
    byte[] frame = encode(packet);
    assertEquals(Optional.empty(), ArpPacket.decode(Arrays.copyOf(frame, length), length));
    assertEquals(Optional.empty(), ArpPacket.decode(frame, length));
  }

  @Property
  void readsAnyBytesWithoutFailing(@ForAll byte[] bytes, @ForAll int length) {
    var _ = ArpPacket.decode(bytes, Math.floorMod(length, bytes.length + 2));
  }

  @Provide
  Arbitrary<ArpPacket> packets() {
    return Combinators.combine(
            Arbitraries.of(Operation.class),
            Frames.macs(),
            Frames.ipv4s(),
            Frames.macs(),
            Frames.ipv4s(),
            Frames.trailers())
        .as(ArpPacket::new);
  }

  private static byte[] encode(ArpPacket packet) {
    byte[] out = new byte[ArpPacket.LENGTH_WITH_TRAILER];
    return Arrays.copyOf(out, packet.encode(MacAddress.BROADCAST, out));
  }
}
