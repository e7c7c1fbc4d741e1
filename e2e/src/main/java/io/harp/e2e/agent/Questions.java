package io.harp.e2e.agent;

import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.nio.ByteBuffer;

/**
 * The frames a client sends to find a neighbour. Written here once more, apart from the speaker's
 * own packet code, so that the lab does not share its mistakes.
 */
final class Questions {

  private Questions() {}

  /** A broadcast ARP request (RFC 826). */
  static byte[] arpRequest(MacAddress mac, Ipv4 sender, Ipv4 target) {
    byte[] frame = new byte[60];
    ByteBuffer out = ByteBuffer.wrap(frame);
    MacAddress.BROADCAST.put(frame, 0);
    mac.put(frame, 6);
    out.position(12);
    out.putShort((short) 0x0806).putShort((short) 1).putShort((short) 0x0800);
    out.put((byte) 6).put((byte) 4).putShort((short) 1);
    mac.put(frame, 22);
    sender.put(frame, 28);
    target.put(frame, 38);
    return frame;
  }

  /** A multicast neighbour solicitation with source link-layer address (RFC 4861 section 4.3). */
  static byte[] solicitation(MacAddress mac, Ipv6 sender, Ipv6 target) {
    byte[] frame = new byte[86];
    ByteBuffer out = ByteBuffer.wrap(frame);
    Ipv6 group = target.solicitedNode();
    MacAddress.multicast(group).put(frame, 0);
    mac.put(frame, 6);
    out.position(12);
    out.putShort((short) 0x86dd).putInt(0x6000_0000).putShort((short) 32);
    out.put((byte) 58).put((byte) 255);
    sender.put(frame, 22);
    group.put(frame, 38);
    frame[54] = (byte) 135;
    target.put(frame, 62);
    frame[78] = 1;
    frame[79] = 1;
    mac.put(frame, 80);
    out.putShort(56, checksum(frame));
    return frame;
  }

  /** The ICMPv6 checksum over the pseudo header (RFC 8200 section 8.1) and 32 bytes of message. */
  private static short checksum(byte[] frame) {
    ByteBuffer in = ByteBuffer.wrap(frame);
    long sum = 32 + 58;
    for (int at = 22; at < 86; at += 2) {
      sum += in.getShort(at) & 0xffff;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (short) ~sum;
  }
}
