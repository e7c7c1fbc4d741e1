package io.harp.speaker;

import io.harp.speaker.membership.Cluster;
import io.harp.speaker.membership.Counters;
import io.harp.speaker.membership.JGroupsCluster;
import io.harp.speaker.protocol.Member;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The membership before and after it was joined: until then nobody is there to hear anything. */
final class LateCluster implements Cluster {

  private final Member self;
  private volatile @Nullable JGroupsCluster joined;

  LateCluster(Member self) {
    this.self = self;
  }

  void joined(JGroupsCluster cluster) {
    joined = cluster;
  }

  /** Where the others are now. */
  void setPeers(List<InetSocketAddress> peers) {
    JGroupsCluster cluster = joined;
    if (cluster != null) {
      cluster.setPeers(peers);
    }
  }

  /** One of what the membership counts; 0 before it is joined. */
  long count(ToLongFunction<Counters> value) {
    JGroupsCluster cluster = joined;
    return cluster == null ? 0 : value.applyAsLong(cluster.counters());
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public void broadcast(byte[] message, Delivery delivery) {
    Cluster cluster = joined;
    if (cluster != null) {
      cluster.broadcast(message, delivery);
    }
  }

  @Override
  public void send(Member to, byte[] message, Delivery delivery) {
    Cluster cluster = joined;
    if (cluster != null) {
      cluster.send(to, message, delivery);
    }
  }

  @Override
  public void close() {
    leave(JGroupsCluster.LEAVE_MS);
  }

  /** Leaves, within so many milliseconds. */
  void leave(long withinMs) {
    JGroupsCluster cluster = joined;
    if (cluster != null) {
      cluster.leave(withinMs);
    }
  }
}
