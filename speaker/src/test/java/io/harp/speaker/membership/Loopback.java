package io.harp.speaker.membership;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Speakers of one test, on 127.1.0.1, 127.1.0.2 ... and one port. */
final class Loopback implements AutoCloseable {

  record Speaker(JGroupsCluster cluster, Recorded events) {}

  // Twice the usual patience: several members share this JVM with the rest of the build.
  private static final Timers PATIENT = new Timers(500);

  static final GroupKey SECRET =
      GroupKey.of("a secret of 24 characters".getBytes(StandardCharsets.UTF_8));

  private final int port = freePort();
  private final int size;
  private final List<Speaker> started = new ArrayList<>();

  Loopback(int size) {
    this.size = size;
  }

  Speaker start(int n) throws IOException {
    return start(n, "node-" + n, SECRET);
  }

  /** One that was not told where the others are. */
  Speaker startWithoutPeers(int n) throws IOException {
    return start(n, "node-" + n, SECRET, List.of());
  }

  /** One that was told of some of the others only. */
  Speaker start(int n, List<InetSocketAddress> peers) throws IOException {
    return start(n, "node-" + n, SECRET, peers);
  }

  Speaker start(int n, String node, GroupKey key) throws IOException {
    return start(n, node, key, peers());
  }

  private Speaker start(int n, String node, GroupKey key, List<InetSocketAddress> peers)
      throws IOException {
    Recorded events = new Recorded();
    Member self = new Member(new NodeName(node), ThreadLocalRandom.current().nextLong());
    JGroupsCluster cluster =
        JGroupsCluster.join(new ClusterSettings(self, where(n), peers, key, PATIENT), events);
    Speaker speaker = new Speaker(cluster, events);
    synchronized (started) {
      started.add(speaker);
    }
    return speaker;
  }

  InetSocketAddress where(int n) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(new byte[] {127, 1, 0, (byte) n}), port);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  List<InetSocketAddress> peers() {
    return IntStream.rangeClosed(1, size).mapToObj(this::where).toList();
  }

  @Override
  public void close() {
    started.reversed().forEach(s -> s.cluster().close());
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
