package io.harp.speaker.link;

import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Link;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which interfaces may speak, decided from one picture of them.
 *
 * @param links the interfaces that may, in the order of their indexes
 * @param macs the Ethernet addresses of all interfaces looked at: what they send is ours
 */
record Interfaces(List<Link> links, List<MacAddress> macs) {

  private static final int ETHERNET = 1;
  private static final int UP = 0x1;
  private static final int BROADCAST = 0x2;
  private static final int LOOPBACK = 0x8;
  private static final int NOARP = 0x80;

  static final Interfaces NONE = new Interfaces(List.of(), List.of());

  static Interfaces of(List<Nic> nics, Exclusions exclusions) {
    return new Interfaces(
        nics.stream()
            .filter(nic -> refusal(nic, exclusions).isEmpty())
            .sorted(Comparator.comparingInt(Nic::index))
            .map(Interfaces::link)
            .toList(),
        nics.stream()
            .map(Nic::mac)
            .filter(mac -> !mac.equals(MacAddress.ZERO))
            .distinct()
            .sorted()
            .toList());
  }

  /**
   * Which links were out between {@code before} and this picture although both show them connected:
   * whatever was announced meanwhile was heard by nobody.
   *
   * @param moved names of interfaces whose carrier has changed
   */
  List<String> flapped(Interfaces before, Set<String> moved) {
    Set<String> connected =
        before.links.stream().filter(Link::carrier).map(Link::name).collect(Collectors.toSet());
    return links.stream()
        .filter(Link::carrier)
        .map(Link::name)
        .filter(name -> connected.contains(name) && moved.contains(name))
        .toList();
  }

  /** Why an interface may not speak; empty if it may. A missing carrier is no reason. */
  static Optional<String> refusal(Nic nic, Exclusions exclusions) {
    if (exclusions.matches(nic.name())) {
      return Optional.of("its name is excluded");
    }
    if ((nic.flags() & UP) == 0) {
      return Optional.of("it is down");
    }
    if ((nic.flags() & LOOPBACK) != 0) {
      return Optional.of("it is a loopback");
    }
    if (nic.enslaved()) {
      return Optional.of("it is a port of another interface");
    }
    if ((nic.flags() & NOARP) != 0) {
      return Optional.of("it does no ARP");
    }
    if (nic.type() != ETHERNET || (nic.flags() & BROADCAST) == 0) {
      return Optional.of("it is no Ethernet interface");
    }
    return Optional.empty();
  }

  private static Link link(Nic nic) {
    return new Link(nic.index(), nic.name(), nic.mac(), nic.carrier(), nic.subnets());
  }
}
