package io.harp.speaker.membership;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jgroups.Address;
import org.jgroups.util.ExtendedUUID;

/**
 * A member as JGroups' address and back. The address carries the node's name, so that every member
 * can read it from the view. Its upper half is the IP address, because JGroups lets the lowest
 * member go first: with the lowest IP address everybody knows who that is before anybody answered.
 */
final class Identity {

  private static final String NODE = "n";

  private Identity() {}

  static ExtendedUUID address(Member member, InetSocketAddress bind) {
    ExtendedUUID address = new ExtendedUUID(order(bind), member.incarnation());
    address.put(NODE, member.node().text().getBytes(StandardCharsets.UTF_8));
    return address;
  }

  /** Empty if the address was not made by {@link #address}; then it is no speaker of ours. */
  static Optional<Member> member(Address address) {
    if (!(address instanceof ExtendedUUID uuid)) {
      return Optional.empty();
    }
    byte[] node = uuid.get(NODE);
    if (node == null || node.length == 0 || node.length > 253) {
      return Optional.empty();
    }
    return Optional.of(
        new Member(
            new NodeName(new String(node, StandardCharsets.UTF_8)),
            uuid.getLeastSignificantBits()));
  }

  /** The last five bytes of the IP address and the port: positive, and in the order of both. */
  private static long order(InetSocketAddress bind) {
    byte[] ip = bind.getAddress().getAddress();
    byte[] tail = Arrays.copyOfRange(ip, Math.max(0, ip.length - 5), ip.length);
    return new BigInteger(1, tail).longValueExact() << 16 | bind.getPort();
  }
}
