package io.harp.speaker;

import io.harp.speaker.membership.Cluster;
import io.harp.speaker.protocol.Member;
import org.jspecify.annotations.Nullable;

/** The membership before and after it was joined: until then nobody is there to hear anything. */
final class LateCluster implements Cluster {

  private final Member self;
  private volatile @Nullable Cluster joined;

  LateCluster(Member self) {
    this.self = self;
  }

  void joined(Cluster cluster) {
    joined = cluster;
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
    Cluster cluster = joined;
    if (cluster != null) {
      cluster.close();
    }
  }
}
