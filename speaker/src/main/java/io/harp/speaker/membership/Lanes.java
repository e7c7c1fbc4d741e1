package io.harp.speaker.membership;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A queue for each peer, and a thread for each queue that is not empty. A peer that does not read,
 * or one whose host swallows connection attempts, holds up its own lane and nobody's heartbeats.
 *
 * <p>A lane holds at most {@link #BYTES}; at the bound the new message is dropped and counted,
 * reliable ones are sent again by the layer above. When a connection fails, its lane is emptied.
 *
 * @param <P> what tells peers apart
 */
final class Lanes<P> {

  /** Bytes. Two of the largest messages. */
  static final int BYTES = 2 * Cluster.MAX_MESSAGE;

  /** Sends one message, and may block; never called by two threads at once for one peer. */
  @FunctionalInterface
  interface Send<P> {
    void send(P to, byte[] data, int offset, int length) throws Exception;
  }

  private static final class Item {
    private final byte[] data;
    private final int offset;
    private final int length;

    Item(byte[] data, int offset, int length) {
      this.data = data;
      this.offset = offset;
      this.length = length;
    }
  }

  private final Send<P> send;
  private final BiConsumer<P, Exception> failed;
  private final ConcurrentMap<P, Lane> lanes = new ConcurrentHashMap<>();

  /**
   * @param failed hears of peers a message could not be sent to
   */
  Lanes(Send<P> send, BiConsumer<P, Exception> failed) {
    this.send = send;
    this.failed = failed;
  }

  /** Queues a message; false if the lane is full. */
  boolean offer(P to, byte[] data, int offset, int length) {
    boolean[] taken = new boolean[1];
    lanes.compute(
        to,
        (_, present) -> {
          Lane lane = present == null ? new Lane(to) : present;
          taken[0] = lane.offer(new Item(data, offset, length));
          return lane;
        });
    return taken[0];
  }

  /**
   * Forgets the lanes of all other peers, those in use when they are asked to be forgotten next.
   */
  void retain(Collection<?> peers) {
    // In one step with offering: two lanes to one peer would write into each other's messages, and
    // whoever reads them waits for an end that never comes.
    for (P peer : lanes.keySet()) {
      if (!peers.contains(peer)) {
        lanes.computeIfPresent(peer, (_, lane) -> lane.isIdle() ? null : lane);
      }
    }
  }

  private final class Lane {
    private final P to;
    private final Queue<Item> items = new ArrayDeque<>();
    private int bytes;
    private boolean running;

    Lane(P to) {
      this.to = to;
    }

    synchronized boolean offer(Item item) {
      if (bytes + item.length > BYTES) {
        return false;
      }
      bytes += item.length;
      items.add(item);
      if (!running) {
        running = true;
        Thread.ofVirtual().name("membership-lane").start(this::drain);
      }
      return true;
    }

    synchronized boolean isIdle() {
      return !running;
    }

    private void drain() {
      for (Item item = next(); item != null; item = next()) {
        try {
          send.send(to, item.data, item.offset, item.length);
        } catch (Exception e) {
          clear();
          failed.accept(to, e);
        }
      }
    }

    private synchronized @Nullable Item next() {
      Item item = items.poll();
      running = item != null;
      bytes -= item == null ? 0 : item.length;
      return item;
    }

    private synchronized void clear() {
      items.clear();
      bytes = 0;
    }
  }
}
