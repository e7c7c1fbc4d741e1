package io.harp.speaker.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Membership of the solicited-node groups (RFC 4291 section 2.7.1) in which solicitations for the
 * watched addresses arrive. Each is joined twice: at the packet socket, so that the interface lets
 * its Ethernet address through even where IPv6 is off; and at an IPv6 socket, so that switches that
 * snoop MLD (RFC 4541) forward it.
 *
 * <p>The kernel drops memberships with the interface; {@link #forget} makes the next {@link #join}
 * start over. Not thread-safe.
 */
final class Groups implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Groups.class);

  private static final int SOL_PACKET = 263;
  private static final int PACKET_ADD_MEMBERSHIP = 1;
  private static final int PACKET_DROP_MEMBERSHIP = 2;
  private static final short PACKET_MR_MULTICAST = 0;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_ADD_MEMBERSHIP = 20;
  private static final int IPV6_DROP_MEMBERSHIP = 21;

  private record Membership(int link, Ipv6 group) {}

  private final Arena arena = Arena.ofShared();
  private final MemorySegment packetRequest = arena.allocate(16, 4);
  private final MemorySegment ipv6Request = arena.allocate(20, 4);
  private final int packetSocket;
  private final int ipv6Socket;
  private final Set<Membership> joined = new HashSet<>();
  private final Set<Integer> complained = new HashSet<>();

  /**
   * @throws NoRawSocket if the process lacks the capability
   */
  Groups() {
    // Protocol 0 receives nothing: only the memberships matter.
    packetSocket = Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0);
    if (packetSocket == -Libc.EPERM || packetSocket == -Libc.EACCES) {
      throw new NoRawSocket();
    }
    ipv6Socket = Libc.socket(Libc.AF_INET6, Libc.SOCK_DGRAM, 0);
  }

  /** Makes the groups of {@code addresses} on {@code links} the ones that are joined. */
  void join(List<Ipv6> addresses, Set<Integer> links) {
    Set<Membership> wanted = new HashSet<>();
    for (Ipv6 address : addresses) {
      Ipv6 group = address.solicitedNode();
      links.forEach(link -> wanted.add(new Membership(link, group)));
    }
    joined.removeIf(each -> !wanted.contains(each) && leave(each));
    wanted.forEach(this::enter);
  }

  /** The kernel has dropped the memberships of {@code link}, or may have. */
  void forget(int link) {
    joined.removeIf(each -> each.link == link && leave(each));
    complained.remove(link);
  }

  private void enter(Membership each) {
    if (joined.contains(each)) {
      return;
    }
    int result = packet(PACKET_ADD_MEMBERSHIP, each);
    if (result >= 0) {
      joined.add(each);
    } else if (complained.add(each.link)) {
      log.warn(
          "interface {}: group {} cannot be joined (errno {}); tried again with every change",
          each.link,
          each.group,
          -result);
    }
    // Fails where the interface has no IPv6 or the socket is full; then nobody snoops for it.
    int _ = ipv6(IPV6_ADD_MEMBERSHIP, each);
  }

  // It fails if the interface is gone, and the membership with it.
  private boolean leave(Membership each) {
    int _ = packet(PACKET_DROP_MEMBERSHIP, each);
    int _ = ipv6(IPV6_DROP_MEMBERSHIP, each);
    return true;
  }

  private int packet(int option, Membership each) {
    packetRequest.set(JAVA_INT, 0, each.link);
    packetRequest.set(JAVA_SHORT, 4, PACKET_MR_MULTICAST);
    packetRequest.set(JAVA_SHORT, 6, (short) 6);
    byte[] mac = new byte[8];
    MacAddress.multicast(each.group).put(mac, 0);
    MemorySegment.copy(mac, 0, packetRequest, JAVA_BYTE, 8, 8);
    return Libc.setsockopt(packetSocket, SOL_PACKET, option, packetRequest);
  }

  private int ipv6(int option, Membership each) {
    MemorySegment.copy(each.group.bytes(), 0, ipv6Request, JAVA_BYTE, 0, 16);
    ipv6Request.set(JAVA_INT, 16, each.link);
    return Libc.setsockopt(ipv6Socket, IPPROTO_IPV6, option, ipv6Request);
  }

  @Override
  public void close() {
    if (packetSocket >= 0) {
      Libc.close(packetSocket);
    }
    if (ipv6Socket >= 0) {
      Libc.close(ipv6Socket);
    }
    arena.close();
  }
}
