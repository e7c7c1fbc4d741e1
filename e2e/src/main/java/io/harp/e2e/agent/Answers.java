package io.harp.e2e.agent;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads who says to have an address from ARP frames and neighbour advertisements. */
final class Answers {

  /**
   * @param to whom it was sent
   * @param asked whether it is the answer to a question, rather than a claim to everybody
   */
  record Answer(Address address, MacAddress mac, Address to, boolean asked) {}

  private Answers() {}

  /** Empty for frames that claim nothing: requests by others, RFC 5227 probes, short frames. */
  static Optional<Answer> read(byte[] frame) {
    if (frame.length < 42) {
      return Optional.empty();
    }
    boolean unicast = (frame[0] & 1) == 0;
    return switch (ByteBuffer.wrap(frame).getShort(12)) {
      case 0x0806 -> arp(frame, unicast);
      case (short) 0x86dd -> advertisement(frame, unicast);
      default -> Optional.empty();
    };
  }

  private static Optional<Answer> arp(byte[] frame, boolean unicast) {
    Ipv4 sender = Ipv4.at(frame, 28);
    boolean gratuitous = sender.equals(Ipv4.at(frame, 38));
    boolean reply = frame[21] == 2;
    if (sender.equals(Ipv4.ANY) || !(reply || gratuitous)) {
      return Optional.empty();
    }
    return Optional.of(
        new Answer(
            sender, MacAddress.at(frame, 22), Ipv4.at(frame, 38), reply && unicast && !gratuitous));
  }

  private static Optional<Answer> advertisement(byte[] frame, boolean unicast) {
    if (frame.length < 86 || frame[20] != 58 || frame[54] != (byte) 136 || frame[78] != 2) {
      return Optional.empty();
    }
    return Optional.of(
        new Answer(Ipv6.at(frame, 62), MacAddress.at(frame, 80), Ipv6.at(frame, 38), unicast));
  }
}
