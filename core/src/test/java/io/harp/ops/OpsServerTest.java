package io.harp.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OpsServerTest {

  @Test
  void aComplaintIsA503ThatSaysWhatIsWrong() throws Exception {
    AtomicReference<Optional<String>> complaint = new AtomicReference<>(Optional.empty());
    try (OpsServer server = start(complaint::get)) {
      assertEquals(200, get(server, "/healthz").statusCode());
      complaint.set(Optional.of("the loop has not turned for 4000 ms"));
      HttpResponse<String> sick = get(server, "/healthz");
      assertEquals(503, sick.statusCode());
      assertEquals("the loop has not turned for 4000 ms\n", sick.body());
      assertEquals(200, get(server, "/readyz").statusCode());
    }
  }

  @Test
  void metricsAreServedAsText() throws Exception {
    try (OpsServer server = start(Optional::empty)) {
      assertTrue(get(server, "/metrics").body().contains("tests_total 3.0"));
    }
  }

  private static OpsServer start(Probe health) throws IOException {
    PrometheusRegistry registry = new PrometheusRegistry();
    Counter.builder().name("tests").help("counted").register(registry).inc(3);
    return OpsServer.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        registry,
        health,
        Optional::empty,
        Map.of());
  }

  private static HttpResponse<String> get(OpsServer server, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
          BodyHandlers.ofString());
    }
  }
}
