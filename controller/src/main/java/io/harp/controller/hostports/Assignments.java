package io.harp.controller.hostports;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which ports are reserved for whom: the ConfigMap {@code kube-system/port-assignments}. */
public record Assignments(List<Line> lines) {

  public static final Assignments NONE = new Assignments(List.of());

  private static final Pattern LINE =
      Pattern.compile("(\\d{1,5})(?:\\s*-\\s*(\\d{1,5}))?\\s*:\\s*([^\\s#:]+)\\s*");
  private static final int HIGHEST = 65_535;

  public Assignments {
    lines = List.copyOf(lines);
  }

  /**
   * Ports {@code first} to {@code last} belong to workloads of this name.
   *
   * @param number of the line, from 1
   * @param name of a workload, or {@code namespace/name}
   */
  public record Line(int number, int first, int last, String name) {
    boolean covers(int port) {
      return first <= port && port <= last;
    }

    boolean isFor(Workload.Id id) {
      return name.equals(id.name()) || name.equals(id.namespace() + "/" + id.name());
    }
  }

  /**
   * Reads lines {@code 9100: node-exporter} and {@code 9000-9010: name}. Empty lines and what
   * follows a {@code #} do not count. Several lines for one port reserve it for all of them.
   *
   * @throws IllegalArgumentException that names the first line that cannot be read
   */
  public static Assignments parse(String text) {
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      String line = raw.replaceFirst("#.*", "").strip();
      if (!line.isEmpty()) {
        lines.add(line(number, line));
      }
    }
    return new Assignments(lines);
  }

  /** The line that keeps a workload off a port, if any does. */
  Optional<Line> against(Workload.Id id, int port) {
    List<Line> covering = lines.stream().filter(l -> l.covers(port)).toList();
    return covering.stream().noneMatch(l -> l.isFor(id))
        ? covering.stream().findFirst()
        : Optional.empty();
  }

  /** Whom a port is reserved for, in the order of the lines. */
  List<String> holders(int port) {
    return lines.stream().filter(l -> l.covers(port)).map(Line::name).toList();
  }

  private static Line line(int number, String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "line "
              + number
              + ": \""
              + line
              + "\" cannot be read; write 9100: node-exporter, or 9000-9010: name");
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    if (first < 1 || last > HIGHEST || first > last) {
      throw new IllegalArgumentException(
          "line " + number + ": \"" + line + "\" has no ports of 1-65535 in ascending order");
    }
    return new Line(number, first, last, matcher.group(3));
  }
}
