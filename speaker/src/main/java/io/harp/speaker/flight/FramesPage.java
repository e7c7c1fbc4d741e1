package io.harp.speaker.flight;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.harp.loop.Clock;
import io.harp.model.Address;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code GET /debug/frames.pcap?address=10.0.0.100&last=60s}: what the recorder kept, as a file for
 * tcpdump and Wireshark. Both parameters may be left out. 400 and one line for parameters that
 * cannot be used.
 */
public final class FramesPage implements HttpHandler {

  private static final Pattern LAST = Pattern.compile("(\\d{1,6})(ms|s|m|h)");

  private final FlightRecorder recorder;
  private final Clock clock;

  public FramesPage(FlightRecorder recorder, Clock clock) {
    this.recorder = recorder;
    this.clock = clock;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Optional<Address> address;
      long last;
      try {
        Map<String, String> asked = parameters(exchange.getRequestURI().getRawQuery());
        address = Optional.ofNullable(asked.get("address")).map(Address::parse);
        last = Optional.ofNullable(asked.get("last")).map(FramesPage::nanos).orElse(Long.MAX_VALUE);
      } catch (IllegalArgumentException e) {
        refuse(exchange, String.valueOf(e.getMessage()));
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", "application/x-pcapng");
      exchange
          .getResponseHeaders()
          .set("Content-Disposition", "attachment; filename=\"frames.pcap\"");
      exchange.sendResponseHeaders(200, 0);
      long offsetMicros = clock.wallMs() * 1000 - System.nanoTime() / 1000;
      try (OutputStream body = new BufferedOutputStream(exchange.getResponseBody(), 64 << 10)) {
        PcapNg.write(recorder.last(last, address), recorder.names(), offsetMicros, body);
      }
    }
  }

  private static void refuse(HttpExchange exchange, String why) throws IOException {
    byte[] body = (why + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(400, body.length);
    exchange.getResponseBody().write(body);
  }

  static Map<String, String> parameters(String query) {
    Map<String, String> found = new HashMap<>();
    for (String each : query == null ? new String[0] : query.split("&", -1)) {
      int equals = each.indexOf('=');
      String name = equals < 0 ? each : each.substring(0, equals);
      if (!name.equals("address") && !name.equals("last")) {
        throw new IllegalArgumentException(
            "\"" + name + "\" is no parameter: address=ADDRESS and last=60s are");
      }
      found.put(name, URLDecoder.decode(each.substring(equals + 1), StandardCharsets.UTF_8));
    }
    return found;
  }

  static long nanos(String last) {
    Matcher matcher = LAST.matcher(last);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "last: \"" + last + "\" is no duration: write 500ms, 60s, 5m or 1h");
    }
    long ms =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          case "m" -> 60_000;
          default -> 3_600_000;
        };
    return Long.parseLong(matcher.group(1)) * ms * 1_000_000;
  }
}
