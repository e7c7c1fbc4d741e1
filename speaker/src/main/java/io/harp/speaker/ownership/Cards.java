package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Message.ReportedSubnet;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The usable interfaces of this node, and which of them speak about which address. */
final class Cards {

  private final NodeName node;
  private final boolean matchingSubnets;
  private Map<Integer, Link> links = Map.of();
  private final Set<Integer> connected = new HashSet<>();

  Cards(NodeName node, boolean matchingSubnets) {
    this.node = node;
    this.matchingSubnets = matchingSubnets;
  }

  /**
   * Takes the interfaces as they are now.
   *
   * @return whether one of them has been connected anew
   */
  boolean update(List<Link> next) {
    Map<Integer, Link> before = links;
    links = next.stream().collect(Collectors.toMap(Link::index, l -> l));
    // A socket that never had a cable says nothing about the node.
    next.stream().filter(Link::carrier).forEach(l -> connected.add(l.index()));
    connected.retainAll(links.keySet());
    return next.stream()
        .filter(Link::carrier)
        .anyMatch(l -> Optional.ofNullable(before.get(l.index())).filter(Link::carrier).isEmpty());
  }

  Collection<Link> all() {
    return links.values();
  }

  Set<Integer> indexes() {
    return links.keySet();
  }

  /** The MAC of an interface; that of nobody if it is gone. */
  MacAddress mac(int link) {
    Link l = links.get(link);
    return l == null ? MacAddress.ZERO : l.mac();
  }

  /**
   * Where to speak about an address.
   *
   * @param group of the address; null allows every interface
   */
  Set<Integer> of(Address address, @Nullable Group group) {
    Eligibility allowed =
        group == null ? Eligibility.ANY : group.nodes().getOrDefault(node, Eligibility.ANY);
    Set<Integer> on = new HashSet<>();
    for (Link link : links.values()) {
      if (allowed.allows(link.name()) && (!matchingSubnets || hasSubnet(link, address))) {
        on.add(link.index());
      }
    }
    return on;
  }

  private static boolean hasSubnet(Link link, Address address) {
    return subnets(link).stream().anyMatch(s -> s.contains(address));
  }

  private static List<ReportedSubnet> subnets(Link link) {
    return link.subnets().stream()
        .map(s -> new ReportedSubnet(s.address(), s.prefixLength()))
        .toList();
  }

  /**
   * The interfaces as peers are told of them.
   *
   * @param answering whether the segment behind an interface answers
   */
  List<ReportedLink> reported(IntPredicate answering) {
    return links.values().stream()
        .filter(link -> connected.contains(link.index()))
        .map(link ->
            new ReportedLink(
                link.name(),
                link.mac(),
                link.carrier() && answering.test(link.index()),
                subnets(link)))
        .toList();
  }
}
