package io.harp.e2e.agent;

import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * fabric8's in-memory API server in a process of its own. {@code writes} makes it report how many
 * requests of others than the lab wanted to change something: {@code writes N}.
 */
final class EmbeddedApiServer {

  private static final Set<String> WRITES = Set.of("POST", "PUT", "PATCH", "DELETE");

  private static final Logger MOCK_LOG = Logger.getLogger("io.fabric8.mockwebserver");

  private EmbeddedApiServer() {}

  static Consumer<String> start(String address, int port, Consumer<String> say) throws IOException {
    // It logs every request, which costs more than answering it.
    MOCK_LOG.setLevel(Level.WARNING);
    Counting dispatcher = new Counting();
    MockWebServer web = new MockWebServer();
    // Clients that start several lists at once over an upgrade to HTTP/2 in clear text lose
    // answers.
    web.setHttp2ClearTextEnabled(false);
    KubernetesMockServer server =
        new KubernetesMockServer(new Context(), web, new HashMap<>(), dispatcher, false);
    server.init(InetAddress.getByName(address), port);
    return line -> say.accept(line + " " + dispatcher.writes.get());
  }

  private static final class Counting extends KubernetesCrudDispatcher {
    private final AtomicLong writes = new AtomicLong();
    private final Object oneAtATime = new Object();

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      String agent = request.getHeader("User-Agent");
      // Kept apart by path: what is written through one version would not be seen by another.
      if (request.getPath().startsWith("/apis/metallb.io/v1alpha1/")) {
        return new MockResponse().setResponseCode(404);
      }
      if (WRITES.contains(request.getMethod()) && !"harp-lab".equals(agent)) {
        writes.incrementAndGet();
      }
      MockResponse response;
      synchronized (oneAtATime) {
        response = super.dispatch(request);
      }
      WebSocketListener watch = response.getWebSocketListener();
      return watch == null
          ? response
          : response.withWebSocketUpgrade(new WatchOutlet(watch, oneAtATime));
    }
  }
}
