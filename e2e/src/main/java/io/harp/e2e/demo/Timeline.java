package io.harp.e2e.demo;

import io.harp.e2e.demo.Lane.Stretch;
import io.harp.e2e.probe.Observation.Claimed;
import java.util.List;
import java.util.Locale;

/**
 * Draws lanes, claims and events between two moments as SVG.
 *
 * @param width of the whole picture in px
 * @param fromNs left edge
 * @param toNs right edge
 * @param zeroNs what the axis counts from
 * @param tickMs distance of the axis labels
 */
record Timeline(int width, long fromNs, long toNs, long zeroNs, long tickMs) {

  private static final int LEFT = 200;
  private static final int RIGHT = 32;
  private static final int EVENT_ROW = 20;
  private static final int LANE = 34;
  private static final int BAR = 24;

  String draw(List<Lane> lanes, List<Claimed> claims, List<Event> events) {
    List<Event> shown = events.stream().filter(e -> inside(e.atNs())).toList();
    int top = 8 + EVENT_ROW * Math.max(1, shown.size());
    int bottom = top + LANE * (lanes.size() + 1);
    StringBuilder svg = new StringBuilder();
    add(
        svg,
        "<svg viewBox='0 0 %d %d' width='%d' height='%d' role='img'>",
        width,
        bottom + 28,
        width,
        bottom + 28);
    axis(svg, top, bottom);
    for (int i = 0; i < lanes.size(); i++) {
      lane(svg, lanes.get(i), top + i * LANE);
    }
    claims(svg, claims, top + lanes.size() * LANE);
    for (int i = 0; i < shown.size(); i++) {
      event(svg, shown.get(i), 20 + i * EVENT_ROW, bottom);
    }
    return svg.append("</svg>").toString();
  }

  private void axis(StringBuilder svg, int top, int bottom) {
    long first = Math.ceilDiv((fromNs - zeroNs) / 1_000_000, tickMs);
    for (long ms = first * tickMs; zeroNs + ms * 1_000_000 - toNs <= 0; ms += tickMs) {
      double x = x(zeroNs + ms * 1_000_000);
      String label = tickMs % 1000 == 0 ? ms / 1000 + " s" : ms + " ms";
      add(svg, "<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' class='grid'/>", x, x, top, bottom);
      add(svg, "<text x='%.1f' y='%d' class='tick'>%s</text>", x, bottom + 18, label);
    }
  }

  private void lane(StringBuilder svg, Lane lane, int y) {
    title(svg, lane.title(), y);
    for (Stretch stretch : lane.stretches()) {
      if (stretch.toNs() - fromNs > 0 && stretch.fromNs() - toNs < 0) {
        bar(svg, stretch, y + (LANE - BAR) / 2);
      }
    }
  }

  private void bar(StringBuilder svg, Stretch stretch, int y) {
    double from = x(Math.max(stretch.fromNs(), fromNs));
    double to = x(Math.min(stretch.toNs(), toNs));
    boolean lost = stretch.who().equals(Lane.NOBODY);
    double ms = (stretch.toNs() - stretch.fromNs()) / 1e6;
    String label = lost ? "%.0f ms".formatted(ms) : stretch.who();
    // A stretch narrower than a pixel would vanish, and a lost probe must not.
    double wide = Math.max(to - from, lost ? 2 : 0.5);
    add(
        svg,
        "<rect x='%.1f' y='%d' width='%.1f' height='%d' class='%s'><title>%s</title></rect>",
        from,
        y,
        wide,
        BAR,
        lost ? "lost" : "by-" + stretch.who(),
        lost ? "nobody answered for " + label : "answered by " + label);
    if (wide > label.length() * 7.5 + 6) {
      add(
          svg,
          "<text x='%.1f' y='%d' class='on'>%s</text>",
          from + wide / 2,
          y + BAR / 2 + 4,
          label);
    }
  }

  private void claims(StringBuilder svg, List<Claimed> claims, int y) {
    title(svg, "address announced", y);
    for (Claimed claim : claims) {
      if (inside(claim.atNs())) {
        add(
            svg,
            "<circle cx='%.1f' cy='%d' r='4.5' class='by-%s'><title>announced by %s</title></circle>",
            x(claim.atNs()),
            y + LANE / 2,
            claim.who(),
            claim.who());
      }
    }
  }

  private void event(StringBuilder svg, Event event, int y, int bottom) {
    double x = x(event.atNs());
    boolean left = x > width - 200;
    add(svg, "<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' class='event'/>", x, x, y - 12, bottom);
    add(
        svg,
        "<text x='%.1f' y='%d' class='label' text-anchor='%s'>%s</text>",
        x + (left ? -6 : 6),
        y,
        left ? "end" : "start",
        event.label());
  }

  private static void title(StringBuilder svg, String title, int y) {
    add(svg, "<text x='%d' y='%d' class='lane'>%s</text>", LEFT - 12, y + LANE / 2 + 4, title);
  }

  private boolean inside(long atNs) {
    return atNs - fromNs >= 0 && atNs - toNs <= 0;
  }

  private double x(long atNs) {
    return LEFT + (double) (atNs - fromNs) / (toNs - fromNs) * (width - LEFT - RIGHT);
  }

  private static void add(StringBuilder svg, String format, Object... args) {
    svg.append(String.format(Locale.ROOT, format, args)).append('\n');
  }
}
