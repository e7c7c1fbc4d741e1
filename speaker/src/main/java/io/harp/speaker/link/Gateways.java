package io.harp.speaker.link;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateways of the node's default routes, as the kernel tells them in {@code /proc/net/route}
 * and {@code /proc/net/ipv6_route}. They answer as long as the segment does.
 */
public final class Gateways {

  private static final Logger log = LoggerFactory.getLogger(Gateways.class);

  private static final String ROUTES = "/proc/net/route";
  private static final String ROUTES6 = "/proc/net/ipv6_route";
  private static final String NEIGHBORS = "/proc/net/arp";

  private Gateways() {}

  /**
   * A next hop to everywhere.
   *
   * @param mac its Ethernet address, where the kernel knows it now
   */
  public record Gateway(String interfaceName, Address address, Optional<MacAddress> mac) {}

  /** The gateways now; none if the kernel tells of none or cannot be asked. */
  public static List<Gateway> read() {
    List<Gateway> gateways = new ArrayList<>(ipv4(lines(ROUTES), lines(NEIGHBORS)));
    gateways.addAll(ipv6(lines(ROUTES6)));
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

  /**
   * From the columns Iface, Destination, Gateway, Flags, ...; numbers in the machine's order.
   *
   * @param neighbors the columns IP address, HW type, Flags, HW address, Mask, Device
   */
  static List<Gateway> ipv4(List<String> routes, List<String> neighbors) {
    Set<Gateway> gateways = new LinkedHashSet<>();
    for (String line : routes) {
      String[] columns = line.trim().split("\\s+");
      if (columns.length > 2 && columns[1].equals("00000000") && columns[2].length() == 8) {
        int bits = HexFormat.fromHexDigits(columns[2]);
        if (bits != 0) {
          boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
          Ipv4 address = new Ipv4(little ? Integer.reverseBytes(bits) : bits);
          gateways.add(new Gateway(columns[0], address, mac(address, columns[0], neighbors)));
        }
      }
    }
    return List.copyOf(gateways);
  }

  private static Optional<MacAddress> mac(Ipv4 address, String name, List<String> neighbors) {
    for (String line : neighbors) {
      String[] columns = line.trim().split("\\s+");
      boolean known = columns.length > 5 && columns[2].equals("0x2") && columns[3].length() == 17;
      if (known && columns[0].equals(address.toString()) && columns[5].equals(name)) {
        return Optional.of(MacAddress.parse(columns[3]));
      }
    }
    return Optional.empty();
  }

  /**
   * From the columns destination, its prefix length, source, its prefix length, next hop, ..., and
   * the interface last.
   */
  static List<Gateway> ipv6(List<String> routes) {
    Set<Gateway> gateways = new LinkedHashSet<>();
    for (String line : routes) {
      String[] columns = line.trim().split("\\s+");
      if (columns.length > 9
          && columns[1].equals("00")
          && columns[4].length() == 32
          && !columns[4].equals("0".repeat(32))) {
        Ipv6 address = Ipv6.at(HexFormat.of().parseHex(columns[4]), 0);
        gateways.add(new Gateway(columns[9], address, Optional.empty()));
      }
    }
    return List.copyOf(gateways);
  }
}
