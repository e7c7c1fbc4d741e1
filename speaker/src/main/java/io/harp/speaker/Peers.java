package io.harp.speaker;

import io.harp.kube.Api;
import io.harp.kube.PodAddress;
import io.harp.kube.PodAddresses;
import io.harp.loop.Clock;
import io.harp.model.NodeName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where the other speakers are, as their pods tell; without a selector nobody tells. */
final class Peers implements AutoCloseable {

  /** Who hears of it, on the watch's thread. */
  interface Listener {
    /**
     * @param nodes on which speakers should be, this one included
     * @param addresses where their memberships listen
     */
    void peers(Set<NodeName> nodes, List<InetSocketAddress> addresses);
  }

  private final Settings settings;
  private final Listener listener;
  private final CountDownLatch known = new CountDownLatch(1);
  private volatile List<InetSocketAddress> addresses = List.of();
  private @Nullable PodAddresses pods;

  private Peers(Settings settings, Listener listener) {
    this.settings = settings;
    this.listener = listener;
  }

  static Peers watch(Settings settings, Api api, Clock clock, Listener listener) {
    Peers peers = new Peers(settings, listener);
    settings
        .labels()
        .ifPresentOrElse(
            labels ->
                peers.pods =
                    PodAddresses.watch(api, settings.namespace(), labels, clock, peers::found),
            peers.known::countDown);
    return peers;
  }

  /** Waits until they are known; false after {@code withinMs}. */
  boolean await(long withinMs) {
    try {
      return known.await(withinMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  List<InetSocketAddress> addresses() {
    return addresses;
  }

  private void found(List<PodAddress> found) {
    Set<NodeName> nodes = new HashSet<>(Set.of(settings.node()));
    found.forEach(pod -> nodes.add(pod.node()));
    addresses = found.stream().map(this::socket).toList();
    listener.peers(nodes, addresses);
    known.countDown();
  }

  private InetSocketAddress socket(PodAddress pod) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(pod.ip().bytes()), settings.membership().getPort());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  @Override
  public void close() {
    if (pods != null) {
      pods.close();
    }
  }
}
