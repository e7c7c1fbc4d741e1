package io.harp.e2e.demo;

import io.harp.e2e.probe.Observation;
import io.harp.e2e.probe.Observation.Claimed;
import io.harp.e2e.probe.Observation.Kind;
import java.util.List;

/** The report as one HTML file that needs nothing else. */
final class Page {

  private static final int WIDTH = 1180;
  private static final long MS = 1_000_000;

  private Page() {}

  static String of(Story.Told told) {
    List<Observation> seen = told.watch().observations();
    long start = told.watch().startNs();
    long end = seen.isEmpty() ? start + 1 : seen.getLast().atNs();
    List<Lane> lanes =
        List.of(
            Lane.of("datagrams, warm cache", Kind.UDP, seen, end),
            Lane.of("new connections", Kind.TCP, seen, end),
            Lane.of("who has it? empty cache", Kind.ARP, seen, end));
    List<Claimed> claims =
        seen.stream().filter(Claimed.class::isInstance).map(Claimed.class::cast).toList();
    StringBuilder body = new StringBuilder();
    Findings found = told.findings();
    body.append(header(told));
    body.append(tiles(found));
    section(
        body,
        "The whole run",
        "A datagram every 5 ms, a connection every 50 ms, an ARP question every 20 ms, all to "
            + told.address()
            + ". Each bar says who answered; red is nobody.",
        new Timeline(WIDTH, start, end, start, 2_000).draw(lanes, claims, told.events()));
    for (Event event : told.events().stream().filter(Event::closeUp).toList()) {
      long from = event.atNs() - 200 * MS;
      section(
          body,
          event.label(),
          "From 0.2 s before to 0.8 s after.",
          new Timeline(WIDTH, from, from + 1_000 * MS, event.atNs(), 100)
              .draw(lanes, claims, List.of(event)));
    }
    return HTML.replace("@BODY@", body);
  }

  private static void section(StringBuilder body, String title, String text, String svg) {
    body.append("<section><h2>%s</h2><p>%s</p>%s</section>%n".formatted(title, text, svg));
  }

  private static String header(Story.Told told) {
    List<String> failures = told.findings().failures();
    String verdict =
        failures.isEmpty()
            ? "<p class='ok'>Everything happened as expected.</p>"
            : "<p class='failed'>" + String.join("<br>", failures) + "</p>";
    return "<header><h1>Harp demo</h1><p>One Service, %s, on a LAN of network namespaces; API server: %s.</p>%s</header>%n"
        .formatted(told.address(), told.findings().api(), verdict);
  }

  private static String tiles(Findings found) {
    return "<div class='tiles'>"
        + tile(found.firstReplyMs() + " ms", "Service created → first reply")
        + tile(
            found.crash().outageMs() + " ms",
            "silence when the node of %s died (warm cache); %d ms with an empty one"
                .formatted(found.crash().from(), found.crash().coldOutageMs()))
        + tile(found.returned().moves() + " moves", "when " + found.crash().from() + " came back")
        + tile(
            found.graceful().lost() + " lost",
            "probes when the speaker of " + found.crash().to() + " ended in order")
        + "</div>\n";
  }

  private static String tile(String number, String text) {
    return "<div class='tile'><b>%s</b><span>%s</span></div>".formatted(number, text);
  }

  private static final String HTML =
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Harp demo</title>
      <style>
      body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1c2430; background: #f5f6f8;
             max-width: 1230px; margin: 32px auto; padding: 0 20px; }
      h1 { margin: 0; font-size: 30px; } h2 { margin: 0; font-size: 18px; } p { margin: 2px 0 10px; color: #566072; }
      .ok { color: #0b6b4a; font-weight: 600; } .failed { color: #c11f12; font-weight: 600; }
      .tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px; margin: 20px 0; }
      .tile, section { background: #fff; border: 1px solid #e0e4ea; border-radius: 10px; padding: 16px 20px; }
      .tile b { display: block; font-size: 30px; line-height: 1.2; } .tile span { color: #566072; }
      section { margin: 16px 0; overflow-x: auto; }
      svg { display: block; font: 13px system-ui, "DejaVu Sans", sans-serif; max-width: 100%; height: auto; }
      .lane { text-anchor: end; fill: #1c2430; } .tick { text-anchor: middle; fill: #566072; font-size: 12px; }
      .grid { stroke: #e9ecf1; } .event { stroke: #1c2430; stroke-dasharray: 4 3; }
      .label { fill: #1c2430; font-weight: 600; } .on { text-anchor: middle; fill: #fff; font-weight: 600; }
      .lost { fill: #d92d20; }
      .by-n1 { fill: #2f62d9; } .by-n2 { fill: #0d8a66; } .by-n3 { fill: #b26a00; } .by-n4 { fill: #7a3fc4; }
      .by-n5 { fill: #007f96; } .by-n6 { fill: #a8326f; } .by-n7 { fill: #54692b; } .by-n8 { fill: #5b5f6b; }
      .by-n9 { fill: #8a4b2a; }
      </style>
      @BODY@
      </html>
      """;
}
