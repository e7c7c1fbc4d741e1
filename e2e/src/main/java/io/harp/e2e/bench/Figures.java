package io.harp.e2e.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Samples of one kind of fault, summed up. With few runs the worst says more than a percentile. */
final class Figures {

  static final String HEADER =
      "%-9s %3s   %-15s %-15s %-15s %5s %6s"
          .formatted("ms", "n", "outage", "cold cache", "two answerers", "lost", "moves");

  private final String name;
  private final List<Sample> samples;

  Figures(String name, List<Sample> samples) {
    this.name = name;
    this.samples = List.copyOf(samples);
  }

  /** Median and worst of each column; lost and moves are sums. */
  String row() {
    return "%-9s %3d   %-15s %-15s %-15s %5d %6d"
        .formatted(
            name,
            samples.size(),
            cell(Sample::outageMs),
            cell(Sample::coldMs),
            cell(Sample::twoAnswerersMs),
            lost(),
            moves());
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", samples.size());
    json.put("outageMs", spread(Sample::outageMs));
    json.put("coldMs", spread(Sample::coldMs));
    json.put("twoAnswerersMs", spread(Sample::twoAnswerersMs));
    json.put("lost", lost());
    json.put("moves", moves());
    return json;
  }

  private int lost() {
    return samples.stream().mapToInt(Sample::lost).sum();
  }

  private int moves() {
    return samples.stream().mapToInt(Sample::moves).sum();
  }

  private String cell(ToDoubleFunction<Sample> column) {
    Map<String, Double> spread = spread(column);
    return "%6.0f / %-6.0f".formatted(spread.get("p50"), spread.get("max"));
  }

  private Map<String, Double> spread(ToDoubleFunction<Sample> column) {
    return spread(samples.stream().map(column::applyAsDouble).toList());
  }

  /** Median (the lower one of two) and greatest, to a tenth; zeros of no values. */
  static Map<String, Double> spread(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    Map<String, Double> spread = new LinkedHashMap<>();
    spread.put("p50", sorted.isEmpty() ? 0 : tenth(sorted.get((sorted.size() - 1) / 2)));
    spread.put("max", sorted.isEmpty() ? 0 : tenth(sorted.getLast()));
    return spread;
  }

  /** Median and greatest, for a row of the table. */
  static String cell(List<Double> values) {
    Map<String, Double> spread = spread(values);
    return "%.0f / %.0f".formatted(spread.get("p50"), spread.get("max"));
  }

  private static double tenth(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
