package io.harp.e2e.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EmbeddedApiServerTest {

  private static final int WATCHERS = 8;

  /** Less than the minute for which fabric8 waits for a watcher that is gone. */
  private static final int PATIENCE_MS = 20_000;

  /**
   * Without {@link WatchOutlet} the third of these rounds got no answer, as did requests of tests
   * that had just killed a daemon.
   */
  @Test
  void watchersThatDieWithEventsUnderWayHoldUpNobody() throws IOException {
    int port = freePort();
    EmbeddedApiServer.start("127.0.0.1", port, _ -> {});
    try (Socket writer = connection(port)) {
      for (int round = 0; round < 30; round++) {
        killWatchers(port, round % 2 == 0);
        for (int i = 0; i < 3; i++) {
          String answer = answer(writer, creation("s" + round + "-" + i));
          assertTrue(answer.startsWith("HTTP/1.1 201"), answer);
        }
      }
    }
  }

  private static void killWatchers(int port, boolean reset) throws IOException {
    List<Socket> watchers = new ArrayList<>();
    for (int i = 0; i < WATCHERS; i++) {
      Socket watcher = connection(port);
      String greeting =
          answer(
              watcher,
              """
              GET /api/v1/services?watch=true HTTP/1.1
              Host: lab
              Upgrade: websocket
              Connection: Upgrade
              Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==
              Sec-WebSocket-Version: 13

              """
                  .replace("\n", "\r\n"));
      assertTrue(greeting.startsWith("HTTP/1.1 101"), greeting);
      watchers.add(watcher);
    }
    for (Socket watcher : watchers) {
      watcher.setSoLinger(reset, 0);
      watcher.close();
    }
  }

  private static String creation(String service) {
    String body =
        """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"%s","namespace":"default"}}\
        """
            .formatted(service);
    return """
    POST /api/v1/namespaces/default/services HTTP/1.1
    Host: lab
    Content-Type: application/json
    Content-Length: %d

    %s\
    """
        .formatted(body.length(), body)
        .replace("\n", "\r\n");
  }

  /** The first bytes of what the server says to this. */
  private static String answer(Socket connection, String request) throws IOException {
    connection.getOutputStream().write(request.getBytes(UTF_8));
    byte[] answer = new byte[16_384];
    int length = connection.getInputStream().read(answer);
    return new String(answer, 0, Math.max(0, length), UTF_8);
  }

  private static Socket connection(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MS);
    return socket;
  }

  private static int freePort() throws IOException {
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return any.getLocalPort();
    }
  }
}
