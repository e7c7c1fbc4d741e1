package io.harp.speaker.membership;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Asks a host instead of the process: its kernel completes a connection for a process that stands
 * still, refuses one for a process that is gone, and says nothing if the host is gone itself. The
 * connection is closed without a word, which the other side knows for what it is.
 */
final class Knock {

  enum Answer {
    /** Somebody listens there, or will go on to. */
    OPEN,
    /** Nobody listens there. */
    REFUSED,
    /** Nothing came back in time. */
    NONE
  }

  private final InetAddress from;
  private final int timeoutMs;

  /**
   * @param from the address of this member, as its other connections have it
   */
  Knock(InetAddress from, int timeoutMs) {
    this.from = from;
    this.timeoutMs = timeoutMs;
  }

  /** Blocks for the timeout at most. */
  Answer at(InetSocketAddress where) {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(from, 0));
      socket.connect(where, timeoutMs);
      return Answer.OPEN;
    } catch (ConnectException e) {
      return Answer.REFUSED;
    } catch (IOException e) {
      return Answer.NONE;
    }
  }
}
