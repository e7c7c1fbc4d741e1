package io.harp.speaker.packet;

import static io.harp.speaker.packet.Icmpv6.DESTINATION;
import static io.harp.speaker.packet.Icmpv6.SOURCE;
import static io.harp.speaker.packet.Icmpv6.TARGET;

import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Trailer;
import java.util.Optional;

/**
 * A neighbor advertisement (RFC 4861 section 4.4): {@code target} is at {@code targetMac}.
 *
 * @param sender the source address of the Ethernet frame
 * @param router whether the sender routes; a load balancer does not
 * @param solicited whether it answers a question of its destination
 * @param override whether caches shall replace what they have
 * @param targetMac the target link-layer address option
 * @param trailer the experimental option another speaker added
 */
public record NeighborAdvertisement(
    MacAddress sender,
    Ipv6 source,
    Ipv6 destination,
    Ipv6 target,
    boolean router,
    boolean solicited,
    boolean override,
    Optional<MacAddress> targetMac,
    Optional<Trailer> trailer) {

  /** All nodes of the link, {@code ff02::1}. */
  public static final Ipv6 ALL_NODES = new Ipv6(0xff02_0000_0000_0000L, 1);

  /** The longest frame {@link #encode} writes, in bytes. */
  public static final int MAX_LENGTH = 110;

  private static final int ROUTER = 1 << 31;
  private static final int SOLICITED = 1 << 30;
  private static final int OVERRIDE = 1 << 29;
  private static final long ALL_NODES_MAC = MacAddress.multicast(ALL_NODES).bits();

  /**
   * Tells everybody that {@code address} is at {@code mac} (RFC 4861 section 7.2.6). It comes from
   * the address itself, as from a host that has it, so no link-local address is needed.
   */
  public static NeighborAdvertisement announcement(
      MacAddress mac, Ipv6 address, Optional<Trailer> trailer) {
    return new NeighborAdvertisement(
        mac, address, ALL_NODES, address, false, false, true, Optional.of(mac), trailer);
  }

  /** Reads a frame; empty unless it passes the checks of RFC 4861 section 7.1.2. */
  public static Optional<NeighborAdvertisement> decode(byte[] frame, int length) {
    if (!isValid(frame, length)) {
      return Optional.empty();
    }
    int flags = Octets.i32(frame, Icmpv6.FLAGS);
    return Optional.of(
        new NeighborAdvertisement(
            new MacAddress(EthernetFrame.source(frame)),
            Ipv6.at(frame, SOURCE),
            Ipv6.at(frame, DESTINATION),
            Ipv6.at(frame, TARGET),
            (flags & ROUTER) != 0,
            (flags & SOLICITED) != 0,
            (flags & OVERRIDE) != 0,
            Icmpv6.mac(frame, Icmpv6.TARGET_MAC_OPTION),
            Icmpv6.trailer(frame)));
  }

  /**
   * Writes the frame, to {@code mac}.
   *
   * @param out at least {@link #MAX_LENGTH} bytes
   * @return how many of them are the frame
   */
  public int encode(MacAddress mac, byte[] out) {
    int flags = (router ? ROUTER : 0) | (solicited ? SOLICITED : 0) | (override ? OVERRIDE : 0);
    Icmpv6.start(out, mac.bits(), sender.bits(), Icmpv6.ADVERTISEMENT, flags);
    source.put(out, SOURCE);
    destination.put(out, DESTINATION);
    target.put(out, TARGET);
    targetMac.ifPresent(m -> Icmpv6.appendMac(out, Icmpv6.TARGET_MAC_OPTION, m.bits()));
    trailer.ifPresent(t -> Icmpv6.append(out, t));
    return Icmpv6.finish(out);
  }

  /** The checks of RFC 4861 section 7.1.2, among them hop limit 255 and the checksum. */
  public static boolean isValid(byte[] frame, int length) {
    return Icmpv6.isValid(frame, length, Icmpv6.ADVERTISEMENT)
        && !(isSolicited(frame) && Octets.u8(frame, DESTINATION) == 0xff);
  }

  public static boolean isSolicited(byte[] frame) {
    return (Octets.i32(frame, Icmpv6.FLAGS) & SOLICITED) != 0;
  }

  public static long targetHigh(byte[] frame) {
    return Octets.i64(frame, TARGET);
  }

  public static long targetLow(byte[] frame) {
    return Octets.i64(frame, TARGET + 8);
  }

  /** Who says so: the target link-layer address option, else the sender of the frame. */
  public static long claimantMac(byte[] frame) {
    return Icmpv6.macOrSender(frame, Icmpv6.TARGET_MAC_OPTION);
  }

  public static Optional<Trailer> trailer(byte[] frame) {
    return Icmpv6.trailer(frame);
  }

  /**
   * Writes the answer to {@code solicitation}: to the asker with Solicited, or to all nodes without
   * it if the question came from {@code ::} (RFC 4861 section 7.2.4). Override is set as for any
   * address that is neither anycast nor proxied, and the source is the address asked for.
   *
   * @return the length of the frame in {@code out}
   */
  public static int reply(byte[] solicitation, long mac, byte[] out) {
    boolean probe = NeighborSolicitation.isProbe(solicitation);
    Icmpv6.start(
        out,
        probe ? ALL_NODES_MAC : NeighborSolicitation.askerMac(solicitation),
        mac,
        Icmpv6.ADVERTISEMENT,
        probe ? OVERRIDE : SOLICITED | OVERRIDE);
    System.arraycopy(solicitation, TARGET, out, SOURCE, 16);
    if (probe) {
      ALL_NODES.put(out, DESTINATION);
    } else {
      System.arraycopy(solicitation, SOURCE, out, DESTINATION, 16);
    }
    System.arraycopy(solicitation, TARGET, out, TARGET, 16);
    Icmpv6.appendMac(out, Icmpv6.TARGET_MAC_OPTION, mac);
    return Icmpv6.finish(out);
  }
}
