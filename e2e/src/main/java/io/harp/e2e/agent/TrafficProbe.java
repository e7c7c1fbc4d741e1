package io.harp.e2e.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * An ordinary client. {@code watch ID ADDRESS UDP_MS TCP_MS} starts to send a datagram and to make
 * a connection at these intervals (0: none), {@code stop ID} ends it. Reports:
 *
 * <pre>
 *  s ID KIND SENT             probe sent at SENT (CLOCK_MONOTONIC, ns); KIND is udp or tcp
 *  r ID KIND SENT GOT NODE    answered at GOT by NODE
 * </pre>
 */
final class TrafficProbe implements Consumer<String> {

  private static final int CONNECT_TIMEOUT_MS = 1_000;

  /** Connections under way at a time; beyond, a turn is left out. */
  private static final int CONNECTIONS = 64;

  private final Consumer<String> say;
  private final Map<String, Run> runs = new ConcurrentHashMap<>();

  TrafficProbe(Consumer<String> say) {
    this.say = say;
  }

  @Override
  public void accept(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "watch" -> {
        try {
          Run run = new Run(words[1], words[2]);
          runs.put(words[1], run);
          run.start(Integer.parseInt(words[3]), Integer.parseInt(words[4]));
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
      }
      case "stop" -> {
        Run run = runs.remove(words[1]);
        if (run != null) {
          run.stop();
        }
      }
      default -> throw new IllegalArgumentException(line);
    }
  }

  /** The probes of one address. */
  private final class Run {
    private final String id;
    private final InetSocketAddress target;
    private final DatagramChannel channel = DatagramChannel.open();
    private final Semaphore connections = new Semaphore(CONNECTIONS);
    private volatile boolean running = true;

    Run(String id, String address) throws IOException {
      this.id = id;
      this.target = new InetSocketAddress(address, 80);
    }

    void start(int udpMs, int tcpMs) {
      if (udpMs > 0) {
        Thread.ofPlatform().daemon().name("udp-in").start(this::receive);
        Thread.ofPlatform().daemon().name("udp-out").start(() -> send(udpMs));
      }
      if (tcpMs > 0) {
        Thread.ofPlatform().daemon().name("tcp").start(() -> connect(tcpMs));
      }
    }

    void stop() {
      running = false;
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing more comes from it either way.
      }
    }

    private void send(int intervalMs) {
      Pace pace = new Pace(intervalMs);
      ByteBuffer buffer = ByteBuffer.allocateDirect(Long.BYTES);
      while (running) {
        long now = System.nanoTime();
        buffer.clear().putLong(now).flip();
        say.accept("s " + id + " udp " + now);
        try {
          channel.send(buffer, target);
        } catch (IOException e) {
          // No neighbour answers at the moment: a probe sent and lost.
        }
        pace.await();
      }
    }

    private void receive() {
      ByteBuffer buffer = ByteBuffer.allocateDirect(512);
      while (running) {
        try {
          buffer.clear();
          channel.receive(buffer);
          long now = System.nanoTime();
          buffer.flip();
          long sent = buffer.getLong();
          String node = StandardCharsets.US_ASCII.decode(buffer).toString();
          say.accept("r " + id + " udp " + sent + " " + now + " " + node);
        } catch (IOException e) {
          // An ICMP error or the end of this run.
        }
      }
    }

    private void connect(int intervalMs) {
      Pace pace = new Pace(intervalMs);
      while (running) {
        if (connections.tryAcquire()) {
          long now = System.nanoTime();
          say.accept("s " + id + " tcp " + now);
          Thread.startVirtualThread(() -> get(now));
        }
        pace.await();
      }
    }

    private void get(long sent) {
      try (Socket socket = new Socket()) {
        socket.setSoTimeout(CONNECT_TIMEOUT_MS);
        socket.connect(target, CONNECT_TIMEOUT_MS);
        socket
            .getOutputStream()
            .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        String response =
            new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        String node = response.substring(response.lastIndexOf("\r\n\r\n") + 4).strip();
        if (!node.isEmpty()) {
          say.accept("r " + id + " tcp " + sent + " " + System.nanoTime() + " " + node);
        }
      } catch (IOException e) {
        // Refused, reset or timed out: a probe lost.
      } finally {
        connections.release();
      }
    }
  }
}
