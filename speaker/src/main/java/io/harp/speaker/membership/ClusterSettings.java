package io.harp.speaker.membership;

import io.harp.speaker.protocol.Member;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What a speaker needs to know to find the others.
 *
 * @param self the node and a number drawn anew for every {@link JGroupsCluster#join}
 * @param bind the address and the TCP port this member is reached at, usually the node's address
 *     and {@link #PORT}
 * @param peers where all speakers are expected, this one may be among them; the full list, because
 *     a seed list would let members miss each other
 * @param key proves that a peer belongs here
 * @param timers all durations
 */
public record ClusterSettings(
    Member self,
    InetSocketAddress bind,
    List<InetSocketAddress> peers,
    GroupKey key,
    Timers timers) {

  /** The port of every speaker unless told otherwise; the only one the membership uses. */
  public static final int PORT = 7472;

  public ClusterSettings {
    peers = List.copyOf(peers);
    if (bind.isUnresolved() || bind.getAddress().isAnyLocalAddress()) {
      throw new IllegalArgumentException(
          "the membership must be bound to one address of this node, not to " + bind);
    }
  }
}
