package io.harp.speaker.link;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Link.Subnet;
import java.io.IOException;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the interfaces from {@code /sys/class/net} and {@code /proc/net/if_inet6}, or from a
 * recorded copy of those. An interface that vanishes while it is read is left out.
 *
 * @param ipv4 the IPv4 subnets of the interface of that name, which stand in no file
 */
record Sysfs(Path net, Path ifInet6, Function<String, List<Subnet>> ipv4) {

  static Sysfs ofThisHost() {
    return new Sysfs(Path.of("/sys/class/net"), Path.of("/proc/net/if_inet6"), Sysfs::ipv4Subnets);
  }

  /** The names of all interfaces, in no order. */
  List<String> names() {
    String[] names = net.toFile().list();
    return names == null ? List.of() : List.of(names);
  }

  /** Every interface that is not excluded by its name, so that containers' ones cost nothing. */
  List<Nic> read(Exclusions exclusions) {
    List<Inet6> inet6 = inet6();
    List<Nic> nics = new ArrayList<>();
    for (String name : names()) {
      if (!exclusions.matches(name)) {
        nic(name, inet6).ifPresent(nics::add);
      }
    }
    return nics;
  }

  /** The file that says how often the carrier has come and gone, since Linux 3.15. */
  Path changes(String name) {
    return net.resolve(name).resolve("carrier_changes");
  }

  private Optional<Nic> nic(String name, List<Inet6> inet6) {
    Path dir = net.resolve(name);
    try {
      List<Inet6> mine = inet6.stream().filter(a -> a.name.equals(name)).toList();
      List<Subnet> subnets = new ArrayList<>(ipv4.apply(name));
      mine.forEach(a -> subnets.add(new Subnet(a.address, a.prefixLength)));
      return Optional.of(
          new Nic(
              Integer.parseInt(text(dir.resolve("ifindex"))),
              name,
              Integer.parseInt(text(dir.resolve("type"))),
              Integer.decode(text(dir.resolve("flags"))),
              mac(text(dir.resolve("address"))),
              hasCarrier(dir.resolve("carrier")),
              Files.exists(dir.resolve("master"), LinkOption.NOFOLLOW_LINKS),
              List.copyOf(subnets)));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  // Tunnels have addresses of 4, infiniband of 20 bytes; such interfaces are refused by type.
  private static MacAddress mac(String text) {
    return text.length() == 17 ? MacAddress.parse(text) : MacAddress.ZERO;
  }

  // Reading the file fails while the interface is down.
  private static boolean hasCarrier(Path file) {
    try {
      return text(file).equals("1");
    } catch (IOException e) {
      return false;
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /**
   * A line of if_inet6: address, index, prefix length, scope, flags, name; all but the last hex.
   */
  private record Inet6(Ipv6 address, int prefixLength, String name) {}

  // The file is missing where the kernel has no IPv6.
  private List<Inet6> inet6() {
    List<Inet6> addresses = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(ifInet6)) {
        String[] words = line.strip().split("\\s+");
        if (words.length == 6 && words[0].length() == 32) {
          addresses.add(
              new Inet6(
                  Ipv6.at(HexFormat.of().parseHex(words[0]), 0),
                  Integer.parseInt(words[2], 16),
                  words[5]));
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      return addresses;
    }
    return addresses;
  }

  private static List<Subnet> ipv4Subnets(String name) {
    List<Subnet> subnets = new ArrayList<>();
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found != null) {
        for (InterfaceAddress each : found.getInterfaceAddresses()) {
          Address address = Address.of(each.getAddress().getAddress());
          if (address instanceof Ipv4) {
            subnets.add(new Subnet(address, each.getNetworkPrefixLength()));
          }
        }
      }
    } catch (SocketException e) {
      return subnets;
    }
    return subnets;
  }
}
