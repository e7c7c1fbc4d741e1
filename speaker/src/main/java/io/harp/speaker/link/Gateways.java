package io.harp.speaker.link;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateways of the node's default routes, as the kernel tells them in {@code /proc/net/route}
 * and {@code /proc/net/ipv6_route}. They answer as long as the segment does.
 */
public final class Gateways {

  private static final Logger log = LoggerFactory.getLogger(Gateways.class);

  private Gateways() {}

  /** The gateways now; none if the kernel tells of none or cannot be asked. */
  public static Set<Address> read() {
    Set<Address> gateways = new TreeSet<>(ipv4(lines("/proc/net/route")));
    gateways.addAll(ipv6(lines("/proc/net/ipv6_route")));
    return gateways;
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException e) {
      log.debug("No routes in {}: {}", file, e.toString());
      return List.of();
    }
  }

  /** From the columns Iface, Destination, Gateway, Flags, ...; numbers in the machine's order. */
  static Set<Address> ipv4(List<String> lines) {
    Set<Address> gateways = new TreeSet<>();
    for (String line : lines) {
      String[] columns = line.trim().split("\\s+");
      if (columns.length > 2 && columns[1].equals("00000000") && columns[2].length() == 8) {
        int bits = HexFormat.fromHexDigits(columns[2]);
        if (bits != 0) {
          boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
          gateways.add(new Ipv4(little ? Integer.reverseBytes(bits) : bits));
        }
      }
    }
    return gateways;
  }

  /** From the columns destination, its prefix length, source, its prefix length, next hop, ... */
  static Set<Address> ipv6(List<String> lines) {
    Set<Address> gateways = new TreeSet<>();
    for (String line : lines) {
      String[] columns = line.trim().split("\\s+");
      if (columns.length > 4
          && columns[1].equals("00")
          && columns[4].length() == 32
          && !columns[4].equals("0".repeat(32))) {
        gateways.add(Ipv6.at(HexFormat.of().parseHex(columns[4]), 0));
      }
    }
    return gateways;
  }
}
