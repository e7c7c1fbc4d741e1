package io.harp.speaker.membership;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Knows the secret, takes every connection, and reads nothing from it. */
final class BlackHole implements AutoCloseable {

  private final GuardedServerSocket server;
  private final List<Socket> swallowed = new CopyOnWriteArrayList<>();

  private BlackHole(GuardedServerSocket server) {
    this.server = server;
  }

  static BlackHole at(InetSocketAddress where) throws IOException {
    GuardedServerSocket server =
        new GuardedServerSocket(Loopback.SECRET, new Counters(), new Refusals(), 300);
    server.bind(where);
    BlackHole hole = new BlackHole(server);
    Thread.ofVirtual().start(hole::swallow);
    return hole;
  }

  private void swallow() {
    try {
      while (true) {
        swallowed.add(server.accept());
      }
    } catch (IOException e) {
      // It listens no longer.
    }
  }

  /** Waits for so many connections in all. */
  void await(int connections) throws InterruptedException {
    long end = System.nanoTime() + 15_000_000_000L;
    while (swallowed.size() < connections && System.nanoTime() - end < 0) {
      Thread.sleep(5);
    }
  }

  /** Keeps what it has, and leaves the port to another. */
  void stopListening() throws IOException {
    server.close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : swallowed) {
      socket.close();
    }
  }
}
