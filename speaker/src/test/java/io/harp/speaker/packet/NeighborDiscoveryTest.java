package io.harp.speaker.packet;

import static io.harp.speaker.packet.Frames.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
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

class NeighborDiscoveryTest {

  private static final MacAddress ASKER = MacAddress.parse("da:52:e1:16:fe:9e");
  private static final MacAddress HOLDER = MacAddress.parse("3e:4a:7b:03:c1:5a");
  private static final Ipv6 ASKER_LOCAL = Ipv6.parse("fe80::d852:e1ff:fe16:fe9e");
  private static final Ipv6 ADDRESS = Ipv6.parse("2001:db8::64");
  private static final Trailer TRAILER = new Trailer(1, 2, 3, 4, 5, 6);

  // Captured with tcpdump on Linux 6.18: `ndisc6 2001:db8::64 w0`, and the kernel's answer.
  private static final byte[] SOLICITATION =
      hex(
          "3333ff000064 da52e116fe9e 86dd 600ee9bd 0020 3a ff"
              + "fe80000000000000d852e1fffe16fe9e ff0200000000000000000001ff000064"
              + "8700 db8b 00000000 20010db8000000000000000000000064 0101 da52e116fe9e");
  private static final byte[] ADVERTISEMENT =
      hex(
          "da52e116fe9e 3e4a7b03c15a 86dd 60000000 0020 3a ff"
              + "20010db8000000000000000000000064 fe80000000000000d852e1fffe16fe9e"
              + "8800 8937 60000000 20010db8000000000000000000000064 0201 3e4a7b03c15a");

  // The kernel checks whether 2001:db8::64 is free (with a nonce, RFC 7527); its owner answers.
  private static final byte[] KERNEL_PROBE =
      hex(
          "3333ff000064 da52e116fe9e 86dd 60000000 0020 3a ff"
              + "00000000000000000000000000000000 ff0200000000000000000001ff000064"
              + "8700 0372 00000000 20010db8000000000000000000000064 0e01 6b12301f9f7a");
  private static final byte[] PROBE_ANSWER =
      hex(
          "333300000001 3e4a7b03c15a 86dd 60000000 0020 3a ff"
              + "20010db8000000000000000000000064 ff020000000000000000000000000001"
              + "8800 7fbd 20000000 20010db8000000000000000000000064 0201 3e4a7b03c15a");

  // The kernel asks a known neighbor whether it is still there: unicast, answered without option.
  private static final byte[] KERNEL_UNICAST =
      hex(
          "da52e116fe9e 3e4a7b03c15a 86dd 60000000 0020 3a ff"
              + "fe800000000000003c4a7bfffe03c15a 20010db8000000000000000000000002"
              + "8700 2b5c 00000000 20010db8000000000000000000000002 0101 3e4a7b03c15a");
  private static final byte[] KERNEL_UNICAST_ANSWER =
      hex(
          "3e4a7b03c15a da52e116fe9e 86dd 60000000 0018 3a ff"
              + "20010db8000000000000000000000002 fe800000000000003c4a7bfffe03c15a"
              + "8800 660d 40000000 20010db8000000000000000000000002");

  @Test
  void readsTheSolicitationOfNdisc6() {
    assertEquals(
        Optional.of(
            new NeighborSolicitation(
                ASKER,
                ASKER_LOCAL,
                Ipv6.parse("ff02::1:ff00:64"),
                ADDRESS,
                Optional.of(ASKER),
                Optional.empty())),
        NeighborSolicitation.decode(SOLICITATION, SOLICITATION.length));
  }

  @Test
  void answersByteForByteAsTheKernelDoes() {
    assertArrayEquals(ADVERTISEMENT, reply(SOLICITATION));
  }

  @Test
  void answersProbesToAllNodesAsTheKernelDoes() {
    assertTrue(NeighborSolicitation.isProbe(KERNEL_PROBE));
    assertArrayEquals(PROBE_ANSWER, reply(KERNEL_PROBE));
  }

  @Test
  void readsUnicastProbesAndTheirAnswersWithoutOption() {
    assertTrue(NeighborSolicitation.isValid(KERNEL_UNICAST, KERNEL_UNICAST.length));
    assertEquals(
        Optional.of(
            new NeighborAdvertisement(
                ASKER,
                Ipv6.parse("2001:db8::2"),
                Ipv6.parse("fe80::3c4a:7bff:fe03:c15a"),
                Ipv6.parse("2001:db8::2"),
                false,
                true,
                false,
                Optional.empty(),
                Optional.empty())),
        NeighborAdvertisement.decode(KERNEL_UNICAST_ANSWER, KERNEL_UNICAST_ANSWER.length));
    assertEquals(ASKER.bits(), NeighborAdvertisement.claimantMac(KERNEL_UNICAST_ANSWER));
  }

  @Test
  void asksInTheNameOfAnAddress() {
    byte[] out = new byte[NeighborSolicitation.MAX_LENGTH];
    Ipv6 gateway = Ipv6.parse("fe80::1");
    NeighborSolicitation question =
        NeighborSolicitation.question(HOLDER, ADDRESS, gateway, Optional.of(TRAILER));
    int length = question.encode(MacAddress.multicast(question.destination()), out);
    assertEquals(Optional.of(question), NeighborSolicitation.decode(out, length));
    assertEquals(gateway.solicitedNode(), question.destination());
    assertEquals(Optional.of(HOLDER), question.sourceMac());
  }

  @Test
  void answersTheSenderOfTheFrameIfThereIsNoSourceOption() {
    byte[] out = new byte[NeighborSolicitation.MAX_LENGTH];
    int length =
        new NeighborSolicitation(
                ASKER, ASKER_LOCAL, ADDRESS, ADDRESS, Optional.empty(), Optional.empty())
            .encode(HOLDER, out);
    byte[] frame = Arrays.copyOf(out, length);
    assertTrue(NeighborSolicitation.isValid(frame, frame.length));
    assertArrayEquals(ADVERTISEMENT, reply(frame));
  }

  @Test
  void refusesWhatCameFromAfar() {
    byte[] far = SOLICITATION.clone();
    far[21] = (byte) 254;
    assertFalse(NeighborSolicitation.isValid(far, far.length));
  }

  @Test
  void refusesEveryFlippedBit() {
    // All but the Ethernet header and the fields of the IPv6 header that the checksum leaves out.
    for (int at = 18; at < SOLICITATION.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] wrong = SOLICITATION.clone();
        wrong[at] ^= (byte) (1 << bit);
        assertFalse(NeighborSolicitation.isValid(wrong, wrong.length), "byte " + at);
      }
    }
  }

  @Test
  void refusesAnOptionOfLengthZero() {
    byte[] out = new byte[NeighborSolicitation.MAX_LENGTH];
    NeighborSolicitation.probe(ASKER, ADDRESS, Optional.of(TRAILER)).encode(HOLDER, out);
    out[79] = 0;
    int length = Icmpv6.finish(out);
    assertFalse(NeighborSolicitation.isValid(out, length));
  }

  @Test
  void refusesProbesThatNameASourceOrGoToOneHost() {
    byte[] out = new byte[NeighborSolicitation.MAX_LENGTH];
    int named =
        new NeighborSolicitation(
                ASKER,
                Ipv6.ANY,
                ADDRESS.solicitedNode(),
                ADDRESS,
                Optional.of(ASKER),
                Optional.empty())
            .encode(HOLDER, out);
    assertFalse(NeighborSolicitation.isValid(out, named));
    int unicast =
        new NeighborSolicitation(
                ASKER, Ipv6.ANY, ADDRESS, ADDRESS, Optional.empty(), Optional.empty())
            .encode(HOLDER, out);
    assertFalse(NeighborSolicitation.isValid(out, unicast));
  }

  @Test
  void carriesTheTrailerInThreeUnitsOfEightBytes() {
    byte[] out = new byte[NeighborSolicitation.MAX_LENGTH];
    int length =
        NeighborSolicitation.probe(ASKER, ADDRESS, Optional.of(TRAILER)).encode(HOLDER, out);
    assertEquals(14 + 40 + 24 + 24, length);
    assertEquals(253, out[78] & 0xff);
    assertEquals(3, out[79]);
    assertEquals(Optional.of(TRAILER), NeighborSolicitation.trailer(out));
  }

  @Property
  void readsSolicitationsItWrites(@ForAll("solicitations") NeighborSolicitation packet) {
    byte[] out = new byte[NeighborSolicitation.MAX_LENGTH];
    int length = packet.encode(HOLDER, out);
    assertEquals(Optional.of(packet), NeighborSolicitation.decode(out, length));
    assertFalse(NeighborAdvertisement.isValid(out, length));
  }

  @Property
  void readsAdvertisementsItWrites(@ForAll("advertisements") NeighborAdvertisement packet) {
    byte[] out = new byte[NeighborAdvertisement.MAX_LENGTH];
    int length = packet.encode(HOLDER, out);
    assertEquals(Optional.of(packet), NeighborAdvertisement.decode(out, length));
    assertFalse(NeighborSolicitation.isValid(out, length));
  }

  @Property
  void readsNothingFromACutFrame(
      @ForAll("advertisements") NeighborAdvertisement packet, @ForAll int cut) {
    byte[] out = new byte[NeighborAdvertisement.MAX_LENGTH];
    int length = Math.floorMod(cut, packet.encode(HOLDER, out));
    assertFalse(NeighborAdvertisement.isValid(out, length));
    assertFalse(NeighborAdvertisement.isValid(Arrays.copyOf(out, length), length));
  }

  @Property
  void readsAnyBytesWithoutFailing(@ForAll byte[] bytes, @ForAll int length) {
    int given = Math.floorMod(length, bytes.length + 2);
    var _ = NeighborSolicitation.decode(bytes, given);
    var _ = NeighborAdvertisement.decode(bytes, given);
  }

  // Random bytes never pass the first checks, so a right frame is spoiled here and there, and its
  // checksum set right again.
  @Property
  void readsSpoiledFramesWithoutFailing(
      @ForAll("solicitations") NeighborSolicitation packet, @ForAll int at, @ForAll byte value) {
    byte[] out = new byte[NeighborSolicitation.MAX_LENGTH];
    int length = packet.encode(HOLDER, out);
    int spoiled = Icmpv6.MESSAGE + 4 + Math.floorMod(at, length - Icmpv6.MESSAGE - 4);
    out[spoiled] = value;
    Icmpv6.finish(out);
    var _ = NeighborSolicitation.decode(out, length);
  }

  @Provide
  Arbitrary<NeighborSolicitation> solicitations() {
    return Combinators.combine(
            Frames.macs(),
            Frames.ipv6s(),
            Frames.ipv6s(),
            Frames.ipv6s(),
            Frames.macs().optional(),
            Frames.trailers())
        .as(NeighborSolicitation::new);
  }

  @Provide
  Arbitrary<NeighborAdvertisement> advertisements() {
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    return Combinators.combine(
            Frames.macs(),
            Frames.ipv6s(),
            Frames.ipv6s(),
            flag,
            flag,
            flag,
            Frames.macs().optional(),
            Frames.trailers())
        .as((mac, source, target, router, solicited, override, targetMac, trailer) ->
            new NeighborAdvertisement(
                mac, source, target, target, router, solicited, override, targetMac, trailer));
  }

  private static byte[] reply(byte[] solicitation) {
    byte[] out = new byte[NeighborAdvertisement.MAX_LENGTH];
    int length = NeighborAdvertisement.reply(solicitation, HOLDER.bits(), out);
    return Arrays.copyOf(out, length);
  }
}
