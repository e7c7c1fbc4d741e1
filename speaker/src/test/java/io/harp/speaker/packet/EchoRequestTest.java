package io.harp.speaker.packet;

import static io.harp.speaker.packet.Frames.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EchoRequestTest {

  private static final long HOLDER = MacAddress.parse("3e:4a:7b:03:c1:5a").bits();

  // Captured with tcpdump: iputils' `ping -c1 -s 8 -p 61`. The kernel's answers differ from these
  // in the identification and the flow label alone, which it numbers anew.
  private static final byte[] PING =
      hex(
          "3e4a7b03c15a da52e116fe9e 0800 4500 0024 9cce 4000 4001 89a5 0a000002 0a000064"
              + "0800 4b34 4bca 0001 6100000000000000");
  private static final byte[] PONG =
      hex(
          "da52e116fe9e 3e4a7b03c15a 0800 4500 0024 9cce 4000 4001 89a5 0a000064 0a000002"
              + "0000 5334 4bca 0001 6100000000000000");
  private static final byte[] PING6 =
      hex(
          "3e4a7b03c15a da52e116fe9e 86dd 600db1e6 0010 3a 40"
              + "20010db8000000000000000000000002 20010db8000000000000000000000064"
              + "8000 7710 4bcb 0001 6100000000000000");
  private static final byte[] PONG6 =
      hex(
          "da52e116fe9e 3e4a7b03c15a 86dd 600db1e6 0010 3a 40"
              + "20010db8000000000000000000000064 20010db8000000000000000000000002"
              + "8100 7610 4bcb 0001 6100000000000000");

  @Test
  void answersAPingAsTheKernelDoes() {
    assertTrue(EchoRequest.isIpv4(PING, PING.length));
    assertEquals(Ipv4.parse("10.0.0.100").bits(), EchoRequest.target(PING));
    byte[] frame = PING.clone();
    assertEquals(frame.length, EchoRequest.replyIpv4(frame, HOLDER));
    assertArrayEquals(PONG, frame);
  }

  @Test
  void answersAPingOfIpv6AsTheKernelDoes() {
    assertTrue(EchoRequest.isIpv6(PING6, PING6.length));
    Ipv6 target = Ipv6.parse("2001:db8::64");
    assertEquals(target.high(), EchoRequest.targetHigh(PING6));
    assertEquals(target.low(), EchoRequest.targetLow(PING6));
    byte[] frame = PING6.clone();
    assertEquals(frame.length, EchoRequest.replyIpv6(frame, HOLDER));
    assertArrayEquals(PONG6, frame);
  }

  @Test
  void leavesThePaddingOfShortFramesOut() {
    byte[] padded = Arrays.copyOf(PING, 60);
    assertTrue(EchoRequest.isIpv4(padded, padded.length));
    assertEquals(PING.length, EchoRequest.replyIpv4(padded, HOLDER));
  }

  @Test
  void refusesFragmentsOptionsAndAnswers() {
    for (int[] change : new int[][] {{20, 0x20}, {21, 0x01}, {14, 0x46}, {23, 6}, {34, 0}}) {
      byte[] other = PING.clone();
      other[change[0]] = (byte) change[1];
      assertFalse(EchoRequest.isIpv4(other, other.length), "byte " + change[0]);
    }
    assertFalse(EchoRequest.isIpv4(PONG, PONG.length));
    assertFalse(EchoRequest.isIpv6(PONG6, PONG6.length));
    assertFalse(EchoRequest.isIpv4(PING, PING.length - 1));
    assertFalse(EchoRequest.isIpv6(PING6, PING6.length - 1));
  }

  @Property
  void readsAnyBytesWithoutFailing(@ForAll @Size(max = 80) byte[] bytes, @ForAll int length) {
    int given = Math.floorMod(length, bytes.length + 2);
    var _ = EchoRequest.isIpv4(bytes, given);
    var _ = EchoRequest.isIpv6(bytes, given);
  }

  @Property
  void anAnswerIsNeverLongerThanItsRequest(
      @ForAll @Size(80) byte[] noise, @ForAll int at, @ForAll boolean six) {
    byte[] frame = Arrays.copyOf(six ? PING6 : PING, 80);
    int place = Math.floorMod(at, 80);
    frame[place] = noise[place];
    if (six && EchoRequest.isIpv6(frame, 80)) {
      assertTrue(EchoRequest.replyIpv6(frame, HOLDER) <= 80);
    } else if (EchoRequest.isIpv4(frame, 80)) {
      assertTrue(EchoRequest.replyIpv4(frame, HOLDER) <= 80);
    }
  }
}
