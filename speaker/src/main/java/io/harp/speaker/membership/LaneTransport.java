package io.harp.speaker.membership;

import java.io.DataInput;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.MessageFactory;
import org.jgroups.PhysicalAddress;
import org.jgroups.protocols.TCP;
import org.jspecify.annotations.Nullable;

/**
 * JGroups' TCP with a lane per peer: sending only queues. A peer that does not read, or one whose
 * host swallows connection attempts, holds up its own lane and nobody's heartbeats.
 *
 * <p>A lane holds at most {@link #LANE_BYTES}; at the bound the new message is dropped and counted,
 * reliable ones are sent again by the layer above. When a connection fails, its lane is emptied.
 */
final class LaneTransport extends TCP {

  /** Bytes. Two of the largest messages. */
  static final int LANE_BYTES = 2 * Cluster.MAX_MESSAGE;

  private static final Set<Short> KINDS =
      Set.of(Message.BYTES_MSG, Message.EMPTY_MSG, Message.OBJ_MSG);

  private final Counters counters;
  private final ConcurrentMap<Address, Lane> lanes = new ConcurrentHashMap<>();
  private Consumer<PhysicalAddress> refused = _ -> {};
  private Consumer<PhysicalAddress> unreachable = _ -> {};

  LaneTransport(Counters counters) {
    this.counters = counters;
  }

  /**
   * @param refused hears of peers whose host answered that nobody listens there
   * @param unreachable hears of peers to which no connection came about, for any reason
   */
  void onFailure(Consumer<PhysicalAddress> refused, Consumer<PhysicalAddress> unreachable) {
    this.refused = refused;
    this.unreachable = unreachable;
  }

  /** The member at {@code where}; null if none is known. */
  @Nullable Address memberAt(PhysicalAddress where) {
    return logical_addr_cache.getByValue(where);
  }

  @Override
  public void send(Address dest, byte[] data, int offset, int length) {
    if (!lanes.computeIfAbsent(dest, Lane::new).offer(new Item(data, offset, length))) {
      counters.overflowed.increment();
    }
  }

  private void sendNow(Address dest, Item item) throws Exception {
    super.send(dest, item.data, item.offset, item.length);
  }

  @Override
  public void retainAll(Collection<Address> members) {
    super.retainAll(members);
    lanes.values().removeIf(lane -> !members.contains(lane.dest) && lane.idle());
  }

  /** Reads a message as a whole, so that one that cannot be understood does not garble the next. */
  @Override
  public void receive(Address sender, DataInput in, int length) throws IOException {
    if (length < 0 || length > max_length) {
      throw new IOException("a message of " + length + " bytes, at most " + max_length + " are");
    }
    byte[] message = new byte[length];
    in.readFully(message);
    receive(sender, message, 0, length);
  }

  /**
   * Speakers send plain bytes and empty messages only. JGroups knows kinds that deserialize
   * objects; those are not for us.
   */
  @Override
  protected void handleSingleMessage(DataInput in, boolean multicast) {
    try {
      short type = in.readShort();
      if (!KINDS.contains(type)) {
        throw new IOException("a message of kind " + type);
      }
      Message message = MessageFactory.create(type);
      message.readFrom(in);
      if (multicast || !unicastDestMismatch(message.getDest())) {
        msg_processing_policy.process(message, message.isFlagSet(Message.Flag.OOB));
      }
    } catch (Exception e) {
      counters.unexpected.increment();
      log.debug("a message that cannot be understood: %s", e);
    }
  }

  @Override
  protected void handleMessageBatch(DataInput in, boolean multicast) {
    counters.unexpected.increment();
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

  private final class Lane {
    private final Address dest;
    private final Queue<Item> items = new ArrayDeque<>();
    private int bytes;
    private boolean running;

    Lane(Address dest) {
      this.dest = dest;
    }

    synchronized boolean offer(Item item) {
      if (bytes + item.length > LANE_BYTES) {
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

    synchronized boolean idle() {
      return !running;
    }

    private void drain() {
      for (Item item = next(); item != null; item = next()) {
        try {
          sendNow(dest, item);
        } catch (Exception e) {
          failed(e);
        }
      }
    }

    private synchronized @Nullable Item next() {
      Item item = items.poll();
      running = item != null;
      bytes -= item == null ? 0 : item.length;
      return item;
    }

    private void failed(Exception e) {
      synchronized (this) {
        items.clear();
        bytes = 0;
      }
      if (dest instanceof PhysicalAddress where) {
        if (e instanceof ConnectException) {
          refused.accept(where);
        }
        unreachable.accept(where);
      }
    }
  }
}
