package io.harp.speaker.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GuardedServerSocketTest {

  private static final int PATIENCE_MS = 30_000;
  private static final int CHALLENGE = 37;

  private final List<Socket> strangers = new ArrayList<>();
  private final Counters counters = new Counters();
  private final Refusals refusals = new Refusals();
  private GuardedServerSocket server;
  private Thread acceptor;

  @BeforeEach
  void listen() throws IOException {
    server = new GuardedServerSocket(Loopback.SECRET, counters, refusals, PATIENCE_MS);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    acceptor = Thread.ofVirtual().start(this::echo);
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    acceptor.join();
    for (Socket stranger : strangers) {
      stranger.close();
    }
  }

  @Test
  void theOldestThatProvesNothingMakesRoomForTheNewest() throws IOException {
    for (int i = 0; i < GuardedServerSocket.PENDING + 5; i++) {
      strangers.add(stranger());
    }
    for (Socket pushedOut : strangers.subList(0, 5)) {
      assertEquals(-1, pushedOut.getInputStream().read());
    }
    strangers.getLast().setSoTimeout(50);
    assertThrows(SocketTimeoutException.class, () -> strangers.getLast().getInputStream().read());
  }

  @Test
  void whoProvesTheSecretIsAcceptedWhileStrangersWait() throws IOException {
    for (int i = 0; i < GuardedServerSocket.PENDING; i++) {
      strangers.add(stranger());
    }
    try (SealedSocket member = new SealedSocket(Loopback.SECRET, counters, refusals)) {
      member.connect(server.getLocalSocketAddress(), PATIENCE_MS);
      member.getOutputStream().write(42);
      member.getOutputStream().flush();
      assertEquals(42, member.getInputStream().read());
    }
  }

  @Test
  void nothingCanBeSaidBeforeTheProof() throws IOException {
    try (SealedSocket unconnected = new SealedSocket(Loopback.SECRET, counters, refusals)) {
      assertThrows(IOException.class, unconnected::getOutputStream);
      assertThrows(IOException.class, unconnected::getInputStream);
    }
  }

  /** Connected, and challenged. */
  private Socket stranger() throws IOException {
    Socket socket = new Socket();
    socket.connect(server.getLocalSocketAddress());
    socket.getInputStream().readNBytes(CHALLENGE);
    return socket;
  }

  private void echo() {
    while (!server.isClosed()) {
      try (Socket member = server.accept()) {
        member.getOutputStream().write(member.getInputStream().read());
        member.getOutputStream().flush();
      } catch (SocketException e) {
        return;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
