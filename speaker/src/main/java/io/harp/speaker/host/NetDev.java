package io.harp.speaker.host;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the text of {@code /proc/net/dev} (proc(5)): two lines of headings, then one line an
 * interface with eight figures of what was received and eight of what was sent.
 */
final class NetDev {

  /** The columns, in node_exporter's names. */
  static final List<String> COLUMNS =
      List.of(
          "receive_bytes",
          "receive_packets",
          "receive_errs",
          "receive_drop",
          "receive_fifo",
          "receive_frame",
          "receive_compressed",
          "receive_multicast",
          "transmit_bytes",
          "transmit_packets",
          "transmit_errs",
          "transmit_drop",
          "transmit_fifo",
          "transmit_colls",
          "transmit_carrier",
          "transmit_compressed");

  private NetDev() {}

  /** The figures by interface and column; a line that is none is left out. */
  static Map<String, Map<String, Double>> parse(List<String> lines) {
    Map<String, Map<String, Double>> devices = new LinkedHashMap<>();
    for (String line : lines) {
      // The name of an alias holds a colon itself, and figures may stand right behind it.
      int colon = line.lastIndexOf(':');
      if (colon > 0) {
        String[] figures = line.substring(colon + 1).strip().split("\\s+");
        if (figures.length >= COLUMNS.size()) {
          devices.put(line.substring(0, colon).strip(), counters(figures));
        }
      }
    }
    return devices;
  }

  private static Map<String, Double> counters(String[] figures) {
    Map<String, Double> counters = new HashMap<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      try {
        counters.put(COLUMNS.get(i), Double.parseDouble(figures[i]));
      } catch (NumberFormatException e) {
        return Map.of();
      }
    }
    return counters;
  }
}
