package io.harp.speaker.membership;

import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import java.net.InetSocketAddress;

/**
 * The speakers that can hear each other: agreed views, and messages between the members of the
 * present view.
 */
public interface Cluster extends AutoCloseable {

  /**
   * What the membership tells; called on its own threads, never after {@link Cluster#close}
   * returned.
   */
  interface Events {

    /** A new view was agreed on; it always contains this member. Views arrive in their order. */
    void view(View view);

    /** {@code member} has gone silent; a view without it may follow, or not. */
    void suspected(Member member);

    /**
     * A message of a member of the present or a just replaced view. The array is the receiver's.
     */
    void message(Member from, byte[] message);

    /**
     * Another speaker, at {@code where}, has this one's node name and was there first. Told with
     * every view in which it is so. One of the two is misconfigured.
     */
    default void duplicate(Member first, InetSocketAddress where) {}
  }

  /** How a message travels. */
  enum Delivery {
    /** Arrives once and in the order of its sender, or the receiver leaves the view. */
    RELIABLE,
    /** May be lost or overtake others; waits for nothing. */
    DATAGRAM
  }

  /** This process. */
  Member self();

  /**
   * To every other member of the present view, not to this one. Never blocks the caller for longer
   * than it takes to queue; a message over {@link #MAX_MESSAGE} bytes throws {@link
   * IllegalArgumentException}.
   */
  void broadcast(byte[] message, Delivery delivery);

  /** To one member. A member that has left meanwhile is ignored. */
  void send(Member to, byte[] message, Delivery delivery);

  /**
   * Leaves the view in an orderly way, so that nobody waits for this member, and stops. Bounded to
   * one second.
   */
  @Override
  void close();

  /**
   * Bytes; a plan of 5,000 addresses with reasons fits. Larger messages are refused by sender and
   * receiver.
   */
  int MAX_MESSAGE = 4 << 20;
}
