package io.harp.speaker.packet;

import static io.harp.speaker.packet.Icmpv6.DESTINATION;
import static io.harp.speaker.packet.Icmpv6.SOURCE;
import static io.harp.speaker.packet.Icmpv6.TARGET;

import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Trailer;
import java.util.Optional;

/**
 * A neighbor solicitation (RFC 4861 section 4.3): who has {@code target}?
 *
 * @param sender the source address of the Ethernet frame
 * @param source {@code ::} while somebody checks whether the target is free (RFC 4862)
 * @param sourceMac the source link-layer address option; absent in probes of known neighbors by
 *     some stacks
 * @param trailer the experimental option another speaker added
 */
public record NeighborSolicitation(
    MacAddress sender,
    Ipv6 source,
    Ipv6 destination,
    Ipv6 target,
    Optional<MacAddress> sourceMac,
    Optional<Trailer> trailer) {

  /** The longest frame {@link #encode} writes, in bytes. */
  public static final int MAX_LENGTH = 110;

  /** Asks whether anybody uses {@code target} without touching a cache (RFC 4862 section 5.4.2). */
  public static NeighborSolicitation probe(MacAddress mac, Ipv6 target, Optional<Trailer> trailer) {
    return new NeighborSolicitation(
        mac, Ipv6.ANY, target.solicitedNode(), target, Optional.empty(), trailer);
  }

  /**
   * Asks {@code target}, and says on the way that {@code mac} has {@code source}: who is asked
   * learns that even where it ignores advertisements nobody asked for (RFC 4861 section 7.2.3).
   */
  public static NeighborSolicitation question(
      MacAddress mac, Ipv6 source, Ipv6 target, Optional<Trailer> trailer) {
    return new NeighborSolicitation(
        mac, source, target.solicitedNode(), target, Optional.of(mac), trailer);
  }

  /** Reads a frame; empty unless it passes the checks of RFC 4861 section 7.1.1. */
  public static Optional<NeighborSolicitation> decode(byte[] frame, int length) {
    if (!isValid(frame, length)) {
      return Optional.empty();
    }
    return Optional.of(
        new NeighborSolicitation(
            new MacAddress(EthernetFrame.source(frame)),
            Ipv6.at(frame, SOURCE),
            Ipv6.at(frame, DESTINATION),
            Ipv6.at(frame, TARGET),
            Icmpv6.mac(frame, Icmpv6.SOURCE_MAC_OPTION),
            Icmpv6.trailer(frame)));
  }

  /**
   * Writes the frame, to {@code mac}.
   *
   * @param out at least {@link #MAX_LENGTH} bytes
   * @return how many of them are the frame
   */
  public int encode(MacAddress mac, byte[] out) {
    Icmpv6.start(out, mac.bits(), sender.bits(), Icmpv6.SOLICITATION, 0);
    source.put(out, SOURCE);
    destination.put(out, DESTINATION);
    target.put(out, TARGET);
    sourceMac.ifPresent(m -> Icmpv6.appendMac(out, Icmpv6.SOURCE_MAC_OPTION, m.bits()));
    trailer.ifPresent(t -> Icmpv6.append(out, t));
    return Icmpv6.finish(out);
  }

  /**
   * The checks of RFC 4861 section 7.1.1, among them hop limit 255 (so the sender is on this
   * segment) and the checksum.
   */
  public static boolean isValid(byte[] frame, int length) {
    if (!Icmpv6.isValid(frame, length, Icmpv6.SOLICITATION)) {
      return false;
    }
    return !isProbe(frame)
        || isSolicitedNode(frame) && Icmpv6.macOption(frame, Icmpv6.SOURCE_MAC_OPTION) < 0;
  }

  /** Whether the source is {@code ::}. */
  public static boolean isProbe(byte[] frame) {
    return Octets.i64(frame, SOURCE) == 0 && Octets.i64(frame, SOURCE + 8) == 0;
  }

  public static long targetHigh(byte[] frame) {
    return Octets.i64(frame, TARGET);
  }

  public static long targetLow(byte[] frame) {
    return Octets.i64(frame, TARGET + 8);
  }

  /** Where an answer goes: the source link-layer address option, else the sender of the frame. */
  public static long askerMac(byte[] frame) {
    return Icmpv6.macOrSender(frame, Icmpv6.SOURCE_MAC_OPTION);
  }

  public static Optional<Trailer> trailer(byte[] frame) {
    return Icmpv6.trailer(frame);
  }

  private static boolean isSolicitedNode(byte[] frame) {
    return Octets.i64(frame, DESTINATION) == 0xff02_0000_0000_0000L
        && Octets.i64(frame, DESTINATION + 8) >>> 24 == 0x1_ffL;
  }
}
