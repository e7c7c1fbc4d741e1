package io.harp.speaker.election;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.Address;
import io.harp.model.AddressRange;
import io.harp.model.Advertisement;
import io.harp.model.Advertisement.Preference;
import io.harp.model.Endpoints;
import io.harp.model.LabelSelector;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.NodeFacts;
import io.harp.model.NodeName;
import io.harp.model.Pool;
import io.harp.model.ServiceKey;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GroupingTest {

  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");
  private static final String X = "192.0.2.1";
  private static final String Y = "192.0.2.2";
  private static final String Z = "192.0.2.3";

  private final Map<ServiceKey, LbService> services = new HashMap<>();
  private final Map<ServiceKey, Endpoints> endpoints = new HashMap<>();
  private final Map<NodeName, NodeFacts> nodes = new HashMap<>();
  private List<Advertisement> advertisements =
      List.of(
          new Advertisement("all", Set.of(), List.of(), List.of(), Set.of(), List.of(), List.of()));

  GroupingTest() {
    nodes.put(N1, new NodeFacts(N1, Map.of(), false, false, false, false));
    nodes.put(N2, new NodeFacts(N2, Map.of(), false, false, false, false));
  }

  @Test
  void addressesOfOneServiceStayTogether() {
    service("web", Map.of(), X, Y);
    service("mail", Map.of(), Z);
    assertEquals(List.of(addresses(X, Y), addresses(Z)), groups());
  }

  @Test
  void servicesThatShareAnAddressPullTogetherAllTheirs() {
    service("web", Map.of(), X, Y);
    service("mail", Map.of(), Y, Z);
    assertEquals(List.of(addresses(X, Y, Z)), groups());
  }

  @Test
  void aNodeThatMayNotCarryExternalTrafficIsLeftOut() {
    service("web", Map.of(), X);
    nodes.put(N1, new NodeFacts(N1, Map.of(), true, false, false, false));
    assertEquals(Set.of(N2), only(new Grouping(Optional.empty(), false)).nodes().keySet());
    assertEquals(Set.of(N1, N2), only(new Grouping(Optional.empty(), true)).nodes().keySet());
    for (NodeFacts facts :
        List.of(
            new NodeFacts(N1, Map.of(), false, true, false, false),
            new NodeFacts(N1, Map.of(), false, false, true, false),
            new NodeFacts(N1, Map.of(), false, false, false, true))) {
      nodes.put(N1, facts);
      assertEquals(Set.of(N2), only(new Grouping(Optional.empty(), true)).nodes().keySet());
    }
  }

  @Test
  void aServiceWithoutAServingEndpointMayBeOwnedByNobody() {
    service("web", Map.of(), X);
    endpoints.clear();
    assertEquals(Map.of(), only(new Grouping(Optional.empty(), false)).nodes());
  }

  @Test
  void aLocalPolicyLeavesTheNodesWithAnEndpointToItsServiceAlone() {
    service("web", Map.of(), X);
    service("local", Map.of(), Map.of(), true, Y);
    service("mail", Map.of(), Z);
    assertEquals(List.of(Set.of(N1, N2), Set.of(N1), Set.of(N1, N2)), nodesOfEach());
  }

  @Test
  void anAdvertisementForSomeServicesSaysNothingOfTheOthers() {
    service("web", Map.of(), X);
    service("vip", Map.of("app", "vip"), Map.of(), false, Y);
    service("mail", Map.of(), Z);
    advertisements =
        List.of(
            new Advertisement(
                "vip",
                Set.of(),
                List.of(),
                List.of(),
                Set.of(),
                List.of(label("app", "vip")),
                List.of()));
    assertEquals(List.of(Set.of(), Set.of(N1, N2), Set.of()), nodesOfEach());
  }

  @Test
  void theAnnotationIsAWish() {
    service("web", Map.of(Grouping.WISH, " n2 "), X);
    assertEquals(Optional.of(N2), only(new Grouping(Optional.empty(), false)).wish());
  }

  @Test
  void ofTwoWishesTheFirstServiceByNameIsHeard() {
    service("web", Map.of(Grouping.WISH, "n2"), X);
    service("mail", Map.of(Grouping.WISH, "n1"), X);
    assertEquals(Optional.of(N1), only(new Grouping(Optional.empty(), false)).wish());
  }

  @Test
  void aWishThatCannotBeANameIsNone() {
    for (String wish : List.of("", "  ", "n".repeat(254))) {
      service("web", Map.of(Grouping.WISH, wish), X);
      assertEquals(Optional.empty(), only(new Grouping(Optional.empty(), false)).wish());
    }
  }

  @Test
  void aServiceOfAnotherClassOrWithAForeignAddressTakesNoPart() {
    service("web", Map.of(), X);
    assertEquals(List.of(), new Grouping(Optional.of("other"), false).groups(world()));
    services.clear();
    service("web", Map.of(), "198.51.100.1");
    service("mail", Map.of(), X, "example.org");
    assertEquals(List.of(), groups());
  }

  @Test
  void theInterfacesOfAllAdvertisementsCountAndOneWithoutAnyOpensAll() {
    service("web", Map.of(), X);
    assertEquals(Set.of("eth1"), interfaces(on("eth1")));
    assertEquals(Set.of("eth1", "eth2"), interfaces(on("eth1"), on("eth2")));
    assertEquals(Set.of(), interfaces(on("eth1"), on()));
  }

  private Set<String> interfaces(Advertisement... advertisements) {
    World world = new World(services, endpoints, nodes, world().pools(), List.of(advertisements));
    Group group = new Grouping(Optional.empty(), false).groups(world).getFirst();
    return Objects.requireNonNull(group.nodes().get(N1)).interfaces();
  }

  private static Advertisement on(String... interfaces) {
    return new Advertisement(
        "a", Set.of(), List.of(), List.of(), Set.of(interfaces), List.of(), List.of());
  }

  /** C054. */
  @Test
  void aPoolChosenByNameAndBySelectorIsAdvertisedOnce() {
    service("web", Map.of(), X);
    labels(N1, "role", "edge");
    advertisements =
        List.of(
            new Advertisement(
                "both",
                Set.of("edge"),
                List.of(label("pool", "edge")),
                List.of(),
                Set.of(),
                List.of(),
                List.of(new Preference(50, label("role", "edge")))));
    assertEquals(
        Map.of(N1, new Eligibility(50, Set.of()), N2, new Eligibility(0, Set.of())), eligible());
  }

  /** C062: MetalLB drops the second one; here it changes nothing. */
  @Test
  void anAdvertisementThatSaysTheSameAgainChangesNothing() {
    service("web", Map.of(), X);
    advertisements = List.of(on(Set.of("eth0", "eth1"), List.of(), 0));
    Map<NodeName, Eligibility> one = eligible();
    advertisements = List.of(advertisements.getFirst(), on(Set.of("eth1", "eth0"), List.of(), 0));
    assertEquals(one, eligible());
    assertEquals(Set.of("eth0", "eth1"), Objects.requireNonNull(one.get(N1)).interfaces());
  }

  /** C063: what differs in nodes, interfaces or Services counts besides. */
  @Test
  void differentAdvertisementsAddUp() {
    service("web", Map.of(), X);
    labels(N1, "role", "edge");
    Advertisement edge = on(Set.of("eth0"), List.of(label("role", "edge")), 0);
    advertisements = List.of(edge, on(Set.of("eth0"), List.of(), 0));
    assertEquals(Set.of(N1, N2), eligible().keySet(), "other nodes, selector and none");
    advertisements = List.of(edge, on(Set.of("eth1"), List.of(label("role", "edge")), 0));
    assertEquals(Map.of(N1, new Eligibility(0, Set.of("eth0", "eth1"))), eligible());
    advertisements = List.of(edge, on(Set.of(), List.of(label("role", "edge")), 0));
    assertEquals(Map.of(N1, new Eligibility(0, Set.of())), eligible(), "every interface");
    Advertisement others =
        new Advertisement(
            "others",
            Set.of(),
            List.of(),
            List.of(),
            Set.of(),
            List.of(label("app", "other")),
            List.of());
    advertisements = List.of(edge, others);
    assertEquals(Set.of(N1), eligible().keySet(), "other Services only");
  }

  /** C064. */
  @Test
  void preferencesOfEqualAdvertisementsAddUp() {
    service("web", Map.of(), X);
    labels(N1, "role", "edge");
    advertisements = List.of(on(Set.of(), List.of(), 60), on(Set.of(), List.of(), 0));
    assertEquals(60, score(N1), "one of them has preferences");
    advertisements = List.of(on(Set.of(), List.of(), 60), on(Set.of(), List.of(), 60));
    assertEquals(120, score(N1), "both have");
    assertEquals(0, score(N2));
  }

  private static Advertisement on(Set<String> interfaces, List<LabelSelector> nodes, int weight) {
    return new Advertisement(
        "a",
        Set.of(),
        List.of(),
        nodes,
        interfaces,
        List.of(),
        weight == 0 ? List.of() : List.of(new Preference(weight, label("role", "edge"))));
  }

  private static LabelSelector label(String key, String value) {
    return new LabelSelector(Map.of(key, value), List.of());
  }

  private void labels(NodeName node, String key, String value) {
    nodes.put(node, new NodeFacts(node, Map.of(key, value), false, false, false, false));
  }

  private int score(NodeName node) {
    return Objects.requireNonNull(eligible().get(node)).score();
  }

  private Map<NodeName, Eligibility> eligible() {
    return only(new Grouping(Optional.empty(), false)).nodes();
  }

  private Group only(Grouping grouping) {
    return grouping.groups(world()).getFirst();
  }

  private List<List<Address>> groups() {
    return new Grouping(Optional.empty(), false)
        .groups(world()).stream().map(Group::addresses).toList();
  }

  private List<Set<NodeName>> nodesOfEach() {
    return new Grouping(Optional.empty(), false)
        .groups(world()).stream().map(group -> group.nodes().keySet()).toList();
  }

  private World world() {
    Pool pool =
        new Pool(
            "edge",
            Map.of("pool", "edge"),
            List.of(new AddressRange(Address.parse("192.0.2.0"), Address.parse("192.0.2.255"))),
            true,
            false,
            Optional.empty());
    return new World(services, endpoints, nodes, List.of(pool), advertisements);
  }

  private void service(String name, Map<String, String> annotations, String... ingress) {
    service(name, Map.of(), annotations, false, ingress);
  }

  private void service(
      String name,
      Map<String, String> labels,
      Map<String, String> annotations,
      boolean localPolicy,
      String... ingress) {
    ServiceKey key = new ServiceKey("default", name);
    services.put(
        key,
        new LbService(
            key,
            labels,
            true,
            Optional.empty(),
            List.of(),
            List.of(),
            FamilyPolicy.SINGLE_STACK,
            localPolicy,
            Set.of(),
            Map.of(),
            annotations,
            Optional.empty(),
            List.of(ingress),
            "1"));
    endpoints.put(key, new Endpoints(true, Set.of(N1)));
  }

  private static List<Address> addresses(String... texts) {
    return List.of(texts).stream().map(Address::parse).toList();
  }
}
