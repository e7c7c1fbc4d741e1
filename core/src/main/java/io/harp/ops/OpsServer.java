package io.harp.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.exporter.httpserver.MetricsHandler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;

/**
 * Serves {@code /metrics} (Prometheus), {@code /healthz} and {@code /readyz} (200 or 503 with one
 * line each). Two requests are answered at a time and 64 connections wait; further ones are refused
 * by the kernel.
 */
public final class OpsServer implements AutoCloseable {

  private final HttpServer server;

  private OpsServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Binds and starts.
   *
   * @param extra further pages by path
   * @throws IOException if the address cannot be bound
   */
  public static OpsServer start(
      InetSocketAddress bind,
      PrometheusRegistry registry,
      Probe health,
      Probe ready,
      Map<String, HttpHandler> extra)
      throws IOException {
    // A peer that opens a connection and sends nothing must not hold a thread for ever.
    System.setProperty("sun.net.httpserver.maxReqTime", "5");
    System.setProperty("sun.net.httpserver.maxRspTime", "20");
    HttpServer server = HttpServer.create(bind, 64);
    server.createContext("/metrics", new MetricsHandler(registry));
    server.createContext("/healthz", exchange -> answer(exchange, health.complaint()));
    server.createContext("/readyz", exchange -> answer(exchange, ready.complaint()));
    extra.forEach(server::createContext);
    server.setExecutor(
        Executors.newFixedThreadPool(2, Thread.ofPlatform().name("ops-", 0).daemon().factory()));
    server.start();
    return new OpsServer(server);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  private static void answer(HttpExchange exchange, Optional<String> complaint) throws IOException {
    byte[] body = (complaint.orElse("ok") + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(complaint.isEmpty() ? 200 : 503, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
