package io.harp.speaker.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Where the interfaces are described. An interface that vanishes while it is read, or a file the
 * kernel does not let be read (the speed of a cable that is out), is left out.
 *
 * @param proc the host's {@code /proc}
 * @param sys the host's {@code /sys}
 * @param ignored names of interfaces not to look at: a thousand pods' ends of cables cost nothing
 */
public record HostFiles(Path proc, Path sys, Pattern ignored) {

  /** The files of {@code /sys/class/net/NAME} that become metrics. */
  private static final List<String> PROPERTIES =
      List.of(
          "addr_assign_type",
          "address",
          "broadcast",
          "carrier",
          "carrier_changes",
          "carrier_down_count",
          "carrier_up_count",
          "dev_id",
          "dormant",
          "duplex",
          "flags",
          "ifalias",
          "ifindex",
          "iflink",
          "link_mode",
          "mtu",
          "name_assign_type",
          "netdev_group",
          "operstate",
          "speed",
          "tx_queue_len",
          "type");

  /** Every interface that is not ignored, by name. */
  List<Device> read() {
    Map<String, Map<String, Double>> counters = counters();
    List<Device> devices = new ArrayList<>();
    String[] names = sys.resolve("class/net").toFile().list();
    for (String name : names == null ? new String[0] : names) {
      if (!ignored.matcher(name).find() && isInterface(name)) {
        devices.add(device(name, counters.getOrDefault(name, Map.of())));
      }
    }
    devices.sort((a, b) -> a.name().compareTo(b.name()));
    return devices;
  }

  private Map<String, Map<String, Double>> counters() {
    try {
      return NetDev.parse(Files.readAllLines(proc.resolve("net/dev"), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return Map.of();
    }
  }

  // bonding_masters lies among the interfaces and is a plain file.
  private boolean isInterface(String name) {
    return Files.isDirectory(sys.resolve("class/net").resolve(name));
  }

  private Device device(String name, Map<String, Double> fromProc) {
    Path directory = sys.resolve("class/net").resolve(name);
    Map<String, String> properties = new HashMap<>();
    for (String file : PROPERTIES) {
      put(properties, file, directory.resolve(file));
    }
    Map<String, Double> counters = new HashMap<>(fromProc);
    // The one figure of netlink, where node_exporter reads, that /proc/net/dev does not show.
    Map<String, String> noHandler = new HashMap<>();
    put(noHandler, "rx_nohandler", directory.resolve("statistics/rx_nohandler"));
    noHandler.forEach(
        (_, text) -> Numbers.parse(text).ifPresent(n -> counters.put("receive_nohandler", n)));
    return new Device(name, properties, counters);
  }

  private static void put(Map<String, String> properties, String key, Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      properties.put(key, new String(content, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      // Not known of this kind of interface, or not in this state; the metric is left out.
    }
  }

  /** Complains about directories that are no {@code /proc} and {@code /sys}. */
  public List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (Path needed : Arrays.asList(proc.resolve("net/dev"), sys.resolve("class/net"))) {
      if (!Files.exists(needed)) {
        complaints.add(needed + " is not there");
      }
    }
    return complaints;
  }
}
