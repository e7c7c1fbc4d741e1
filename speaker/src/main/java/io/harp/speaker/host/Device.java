package io.harp.speaker.host;

import java.util.Map;

/**
 * One network interface as the kernel shows it.
 *
 * @param name as in {@code ip link}
 * @param properties content of the files in {@code /sys/class/net/NAME} that could be read, by file
 *     name, without the final newline
 * @param counters since the interface was made, by the part of the metric's name after {@code
 *     node_network_}
 */
record Device(String name, Map<String, String> properties, Map<String, Double> counters) {

  Device {
    properties = Map.copyOf(properties);
    counters = Map.copyOf(counters);
  }

  /** A property that is text; empty where the kernel has none. */
  String text(String file) {
    return properties.getOrDefault(file, "");
  }
}
