package io.harp.e2e.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A host that reaches the membership port and does not know the secret. {@code attack MS HOST PORT}
 * tries, for so long, everything that needs no secret: junk, the beginning of a handshake, JGroups'
 * own greeting, connections that say nothing and stay, and such as are closed at once. Says {@code
 * done CONNECTIONS}. At most a thousand connections a second: the flood is to bother the speaker,
 * not the machine all of them share.
 */
final class Stranger implements Consumer<String> {

  private static final int HELD_OPEN = 300;
  private static final long PAUSE_NS = 1_000_000;
  private static final byte[] HANDSHAKE = "HARP\1".getBytes(StandardCharsets.US_ASCII);

  /** Cookie, version and an address, as JGroups says them first. */
  private static final byte[] GREETING = "bela\5\5\0\12".getBytes(StandardCharsets.US_ASCII);

  private final Consumer<String> say;

  Stranger(Consumer<String> say) {
    this.say = say;
  }

  @Override
  public void accept(String line) {
    String[] words = line.split(" ", -1);
    if (!words[0].equals("attack")) {
      throw new IllegalArgumentException(line);
    }
    InetSocketAddress where = new InetSocketAddress(words[2], Integer.parseInt(words[3]));
    long untilNs = System.nanoTime() + Long.parseLong(words[1]) * 1_000_000;
    Thread.ofPlatform().daemon().start(() -> attack(where, untilNs));
  }

  private void attack(InetSocketAddress where, long untilNs) {
    Random random = new Random(11);
    Deque<Socket> open = new ArrayDeque<>();
    AtomicLong connections = new AtomicLong();
    while (System.nanoTime() - untilNs < 0) {
      try {
        Socket socket = new Socket();
        socket.connect(where, 200);
        connections.incrementAndGet();
        say(socket, random);
        open.add(socket);
        if (open.size() > HELD_OPEN) {
          open.remove().close();
        }
      } catch (IOException e) {
        // Refused, reset or pushed out: what a stranger may expect.
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
    say.accept("done " + connections);
  }

  private static void say(Socket socket, Random random) throws IOException {
    byte[] junk = new byte[random.nextInt(2_000)];
    random.nextBytes(junk);
    switch (random.nextInt(6)) {
      case 0 -> {}
      case 1 -> socket.close();
      case 2 -> socket.getOutputStream().write(junk);
      case 3 -> {
        socket.getOutputStream().write(HANDSHAKE);
        socket.getOutputStream().write(junk);
      }
      case 4 -> {
        socket.getOutputStream().write(GREETING);
        socket.getOutputStream().write(junk);
      }
      default -> echo(socket);
    }
  }

  /** Throws the speaker's own challenge back at it. */
  private static void echo(Socket socket) throws IOException {
    socket.setSoTimeout(20);
    InputStream in = socket.getInputStream();
    socket.getOutputStream().write(in.readNBytes(37));
  }
}
