package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.model.Advertisement;
import io.harp.model.Endpoints;
import io.harp.model.LbService;
import io.harp.model.NodeFacts;
import io.harp.model.NodeName;
import io.harp.model.Pool;
import io.harp.model.ServiceKey;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Condenses the API objects to groups of addresses that have one owner, and the nodes that may be
 * it. Members are not looked at here: which of those nodes runs a speaker, and with which
 * interfaces, is for {@link Candidates}.
 *
 * <p>Of Services that share an address and have different wishes, the first by name is heard.
 *
 * <p>A Service takes part if it is of type LoadBalancer and of our class and all its addresses lie
 * in one pool. A group without a serving endpoint, or whose pool is not advertised, is kept with no
 * node, so that it is known why nobody owns it.
 *
 * @param loadBalancerClass the class this installation serves; empty serves Services without a
 *     class
 * @param ignoreExcludeLabel whether nodes labelled {@code exclude-from-external-load-balancers}
 *     take part
 */
public record Grouping(Optional<String> loadBalancerClass, boolean ignoreExcludeLabel) {

  /** The annotation by which a Service wants its addresses on a node. */
  public static final String WISH = "harp.io/node";

  /** The groups of {@code world}, by ascending first address. */
  public List<Group> groups(World world) {
    Map<NodeName, NodeFacts> able = new HashMap<>();
    world.nodes().forEach((name, node) -> addIfAble(able, node));
    Reach reach = new Reach(world, able.values());
    Map<Address, List<Part>> byAddress = new TreeMap<>();
    for (LbService service : world.services().values()) {
      List<Address> addresses = ours(service) ? addresses(service) : List.of();
      Optional<Pool> pool = poolOf(addresses, world.pools());
      if (pool.isPresent()) {
        Part part =
            new Part(service.key(), addresses, reach.of(service, pool.get()), wish(service));
        addresses.forEach(a -> byAddress.computeIfAbsent(a, _ -> new ArrayList<>(1)).add(part));
      }
    }
    return connected(byAddress);
  }

  /** One Service's share in a group. */
  private record Part(
      ServiceKey service,
      List<Address> addresses,
      Map<NodeName, Eligibility> nodes,
      Optional<NodeName> wish) {}

  // A name that cannot be a node's is kept out here, since it could not even be told to a peer.
  private static Optional<NodeName> wish(LbService service) {
    String name = service.annotations().getOrDefault(WISH, "").strip();
    return name.isEmpty() || name.length() > 253
        ? Optional.empty()
        : Optional.of(new NodeName(name));
  }

  private void addIfAble(Map<NodeName, NodeFacts> able, NodeFacts node) {
    boolean excluded = node.excluded() && !ignoreExcludeLabel;
    if (!excluded && !node.networkUnavailable() && !node.outOfService() && !node.deleting()) {
      able.put(node.name(), node);
    }
  }

  private boolean ours(LbService service) {
    return service.loadBalancer() && service.loadBalancerClass().equals(loadBalancerClass);
  }

  // An ingress entry that is no address spoils the whole Service, as a host name does: it is
  // somebody else's.
  private static List<Address> addresses(LbService service) {
    List<Address> addresses = new ArrayList<>(2);
    for (String text : service.ingress()) {
      try {
        addresses.add(Address.parse(text));
      } catch (IllegalArgumentException _) {
        return List.of();
      }
    }
    return addresses;
  }

  private static Optional<Pool> poolOf(List<Address> addresses, List<Pool> pools) {
    if (addresses.isEmpty()) {
      return Optional.empty();
    }
    for (Pool pool : pools) {
      if (addresses.stream().allMatch(pool::contains)) {
        return Optional.of(pool);
      }
    }
    return Optional.empty();
  }

  /**
   * The nodes that may announce a Service. Without a local policy they follow from the
   * advertisements that cover it, of which there are few, so they are worked out once for each set
   * of those.
   */
  private static final class Reach {

    private final World world;
    private final Collection<NodeFacts> able;
    private final Map<BitSet, Map<NodeName, Eligibility>> everywhere = new HashMap<>();

    Reach(World world, Collection<NodeFacts> able) {
      this.world = world;
      this.able = able;
    }

    Map<NodeName, Eligibility> of(LbService service, Pool pool) {
      Endpoints endpoints = world.endpoints().getOrDefault(service.key(), Endpoints.NONE);
      if (!endpoints.anyServing()) {
        return Map.of();
      }
      BitSet covering = covering(service, pool);
      return service.localPolicy()
          ? nodes(covering, able.stream().filter(n -> endpoints.servingNodes().contains(n.name())))
          : everywhere.computeIfAbsent(covering, c -> nodes(c, able.stream()));
    }

    private BitSet covering(LbService service, Pool pool) {
      BitSet covering = new BitSet();
      List<Advertisement> all = world.advertisements();
      for (int i = 0; i < all.size(); i++) {
        if (all.get(i).coversPool(pool) && all.get(i).coversService(service.labels())) {
          covering.set(i);
        }
      }
      return covering;
    }

    private Map<NodeName, Eligibility> nodes(BitSet covering, Stream<NodeFacts> among) {
      List<Advertisement> advertisements =
          covering.stream().mapToObj(world.advertisements()::get).toList();
      Map<NodeName, Eligibility> nodes = new HashMap<>();
      among.forEach(
          node -> eligibility(node, advertisements).ifPresent(e -> nodes.put(node.name(), e)));
      return Map.copyOf(nodes);
    }
  }

  private static Optional<Eligibility> eligibility(NodeFacts node, List<Advertisement> all) {
    int score = 0;
    boolean covered = false;
    boolean everyInterface = false;
    Set<String> interfaces = new HashSet<>();
    for (Advertisement advertisement : all) {
      if (advertisement.coversNode(node.labels())) {
        covered = true;
        score += advertisement.score(node.labels());
        everyInterface |= advertisement.interfaces().isEmpty();
        interfaces.addAll(advertisement.interfaces());
      }
    }
    return covered
        ? Optional.of(new Eligibility(score, everyInterface ? Set.of() : interfaces))
        : Optional.empty();
  }

  // Services that share an address pull together all addresses that any of them has.
  private static List<Group> connected(Map<Address, List<Part>> byAddress) {
    List<Group> groups = new ArrayList<>();
    Set<Address> seen = new HashSet<>();
    for (Address start : byAddress.keySet()) {
      List<Part> here = byAddress.getOrDefault(start, List.of());
      if (here.size() == 1 && here.getFirst().addresses().size() == 1) {
        // As nearly all are.
        Part only = here.getFirst();
        groups.add(new Group(List.of(start), List.of(only.service()), only.nodes(), only.wish()));
      } else if (seen.add(start)) {
        Set<Address> addresses = new TreeSet<>(Set.of(start));
        Map<ServiceKey, Part> parts = new TreeMap<>();
        List<Address> open = new ArrayList<>(List.of(start));
        while (!open.isEmpty()) {
          for (Part part : byAddress.getOrDefault(open.removeLast(), List.of())) {
            parts.put(part.service(), part);
            part.addresses().stream().filter(seen::add).forEach(open::add);
            addresses.addAll(part.addresses());
          }
        }
        groups.add(
            new Group(
                List.copyOf(addresses),
                List.copyOf(parts.keySet()),
                together(parts.values()),
                parts.values().stream().flatMap(p -> p.wish().stream()).findFirst()));
      }
    }
    groups.sort(Comparator.comparing(Group::name));
    return groups;
  }

  /**
   * The nodes that suit every Service of a group that has any; if no node suits all, those that
   * suit one, since serving some is better than serving none.
   */
  private static Map<NodeName, Eligibility> together(Collection<Part> parts) {
    List<Map<NodeName, Eligibility>> wanting =
        parts.stream().map(Part::nodes).filter(n -> !n.isEmpty()).toList();
    Map<NodeName, Eligibility> any = new HashMap<>();
    wanting.forEach(nodes -> nodes.forEach((node, e) -> any.merge(node, e, Grouping::both)));
    Map<NodeName, Eligibility> all = new HashMap<>(any);
    all.keySet().removeIf(node -> !wanting.stream().allMatch(nodes -> nodes.containsKey(node)));
    return all.isEmpty() ? any : all;
  }

  private static Eligibility both(Eligibility a, Eligibility b) {
    boolean everyInterface = a.interfaces().isEmpty() || b.interfaces().isEmpty();
    Set<String> interfaces = new HashSet<>(a.interfaces());
    interfaces.addAll(b.interfaces());
    return new Eligibility(a.score() + b.score(), everyInterface ? Set.of() : interfaces);
  }
}
