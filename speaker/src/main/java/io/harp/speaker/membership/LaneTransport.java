package io.harp.speaker.membership;

import java.io.DataInput;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Collection;
import java.util.Set;
import java.util.function.Consumer;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.MessageFactory;
import org.jgroups.PhysicalAddress;
import org.jgroups.blocks.cs.Connection;
import org.jgroups.protocols.TCP;
import org.jspecify.annotations.Nullable;

/**
 * JGroups' TCP with a lane per peer: sending only queues, see {@link Lanes}. It reads messages as a
 * whole and of the kinds that speakers send only.
 */
final class LaneTransport extends TCP {

  private static final Set<Short> KINDS =
      Set.of(Message.BYTES_MSG, Message.EMPTY_MSG, Message.OBJ_MSG);

  private final Counters counters;
  private final Lanes<Address> lanes = new Lanes<>(this::sendNow, this::failed);
  private Consumer<PhysicalAddress> refused = _ -> {};
  private Consumer<PhysicalAddress> unreachable = _ -> {};
  private Runnable loss = () -> {};

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

  /**
   * @param loss hears of everything with which messages may get lost
   */
  void onLoss(Runnable loss) {
    this.loss = loss;
  }

  /** The member at {@code where}; null if none is known. */
  @Nullable Address memberAt(PhysicalAddress where) {
    return logical_addr_cache.getByValue(where);
  }

  @Override
  public void send(Address dest, byte[] data, int offset, int length) {
    if (!lanes.offer(dest, data, offset, length)) {
      counters.overflowed.increment();
      loss.run();
    }
  }

  @Override
  public void connectionEstablished(Connection connection) {
    super.connectionEstablished(connection);
    loss.run();
  }

  @Override
  public void connectionClosed(Connection connection) {
    super.connectionClosed(connection);
    loss.run();
  }

  /**
   * Ends the connection to {@code peer}, if there is one, so that the next message goes over a new
   * one.
   */
  void reconnect(PhysicalAddress peer) {
    srv.closeConnection(peer, false);
  }

  private void sendNow(Address dest, byte[] data, int offset, int length) throws Exception {
    super.send(dest, data, offset, length);
  }

  @Override
  public void retainAll(Collection<Address> members) {
    super.retainAll(members);
    lanes.retain(members);
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

  private void failed(Address dest, Exception e) {
    loss.run();
    if (dest instanceof PhysicalAddress where) {
      if (e instanceof ConnectException) {
        refused.accept(where);
      }
      unreachable.accept(where);
    }
  }
}
