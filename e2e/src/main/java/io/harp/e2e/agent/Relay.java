package io.harp.e2e.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * Carries connections from a Unix socket, which every namespace can reach, to an address inside
 * this one. So the lab's own client gets to an API server without an interface on the host.
 */
public final class Relay {

  private Relay() {}

  static Consumer<String> start(String socket, String host, int port) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    accept(server, () -> SocketChannel.open(new InetSocketAddress(host, port)));
    return _ -> {};
  }

  /** Opens the far side of a connection. */
  @FunctionalInterface
  public interface Dial {
    SocketChannel open() throws IOException;
  }

  /** Pairs each connection to {@code server} with one from {@code dial}, until it is closed. */
  public static void accept(ServerSocketChannel server, Dial dial) {
    Thread.ofPlatform()
        .daemon()
        .name("relay")
        .start(() -> {
          while (server.isOpen()) {
            try {
              join(server.accept(), dial);
            } catch (IOException e) {
              // Closed, or the far side does not listen yet; the caller tries again.
            }
          }
        });
  }

  private static void join(SocketChannel near, Dial dial) throws IOException {
    SocketChannel far;
    try {
      far = dial.open();
      sendAtOnce(near);
      sendAtOnce(far);
    } catch (IOException e) {
      near.close();
      throw e;
    }
    Thread.ofPlatform().daemon().start(() -> pump(near, far));
    Thread.ofPlatform().daemon().start(() -> pump(far, near));
  }

  /**
   * A request that is more than one read would otherwise wait for the other side to acknowledge its
   * first part, which takes 40 ms (RFC 896 with RFC 1122, 4.2.3.2).
   */
  private static void sendAtOnce(SocketChannel channel) throws IOException {
    if (channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  private static void pump(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(16 * 1024);
    try (from;
        to) {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
    } catch (IOException e) {
      // One side went away, and with it the other.
    }
  }
}
