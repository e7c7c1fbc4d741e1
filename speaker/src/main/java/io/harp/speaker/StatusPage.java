package io.harp.speaker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code /status}: how this speaker sees itself and the others, in a few lines for people. */
record StatusPage(SpeakerMetrics metrics) implements HttpHandler {

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    byte[] body = metrics.status().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
