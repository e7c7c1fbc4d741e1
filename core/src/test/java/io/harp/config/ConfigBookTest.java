package io.harp.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.config.SelectorSpec.Expression;
import io.harp.model.Address;
import io.harp.model.Advertisement;
import io.harp.model.Pool;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConfigBookTest {

  private final ConfigBook book = new ConfigBook();

  @Test
  void aBrokenPoolKeepsItsLastSoundVersionAndOthersGoOn() {
    book.put(pool("a", "10.0.0.0/24"));
    assertEquals(List.of(), book.judge().problems());

    book.put(pool("a", "10.0.0.0/33"));
    book.put(pool("b", "10.0.1.0/24"));
    Judgement judgement = book.judge();

    assertEquals("a[10.0.0.0-10.0.0.255] b[10.0.1.0-10.0.1.255]", pools(judgement));
    assertEquals(Set.of(), judgement.config().setAside());
    Problem problem = judgement.problems().getFirst();
    assertEquals("IPAddressPool a", problem.object());
    assertEquals("spec.addresses[0]", problem.field());
    assertTrue(problem.what().contains("10.0.0.0/33"), problem.what());
  }

  @Test
  void aPoolThatNeverWasSoundIsSetAside() {
    book.put(pool("a", "10.0.0.5"));
    Judgement judgement = book.judge();

    assertEquals(Set.of("a"), judgement.config().setAside());
    assertEquals("", pools(judgement));
    assertTrue(judgement.problems().getFirst().what().contains("10.0.0.5/32"));
  }

  /** C034, C081. */
  @Test
  void theNewerOfTwoOverlappingPoolsIsSetAsideAndBothAreNamed() {
    book.put(created("new", "2026-01-02T00:00:00Z", "10.0.0.128-10.0.0.200"));
    book.put(created("old", "2026-01-01T00:00:00Z", "10.0.0.0/24"));
    Judgement judgement = book.judge();

    assertEquals("old[10.0.0.0-10.0.0.255]", pools(judgement));
    assertEquals(Set.of("new"), judgement.config().setAside());
    String line = judgement.problems().getFirst().toString();
    assertTrue(line.startsWith("IPAddressPool new: spec.addresses[0]: "), line);
    assertTrue(line.contains("overlaps with already defined CIDR"), line);
    assertTrue(line.contains("IPAddressPool old"), line);
  }

  /** C036. */
  @Test
  void aPoolMustNotOverlapItself() {
    book.put(pool("a", "10.0.0.0/24", "10.0.0.128/25"));
    assertEquals("spec.addresses[1]", book.judge().problems().getFirst().field());
  }

  /** C082: what is in force stays. */
  @Test
  void aPoolThatGrowsIntoAnotherKeepsItsOldRange() {
    book.put(pool("a", "1.1.1.1-1.1.1.100"));
    book.put(pool("b", "1.1.1.101-1.1.1.200"));
    book.judge();
    book.put(pool("b", "1.1.1.0/24"));

    Judgement judgement = book.judge();

    assertEquals("a[1.1.1.1-1.1.1.100] b[1.1.1.101-1.1.1.200]", pools(judgement));
    assertEquals(1, judgement.problems().size());
  }

  @Test
  void aPoolThatHadToWaitIsTakenOnceItsPlaceIsFree() {
    book.put(pool("a", "10.0.0.0/24"));
    book.judge();
    book.put(pool("b", "10.0.0.0/25"));
    assertEquals(1, book.judge().problems().size());

    book.put(pool("a", "10.0.0.128/25"));
    Judgement judgement = book.judge();

    assertEquals("a[10.0.0.128-10.0.0.255] b[10.0.0.0-10.0.0.127]", pools(judgement));
    assertEquals(List.of(), judgement.problems());
  }

  @Test
  void twoPoolsMayExchangeRanges() {
    book.put(pool("a", "10.0.0.0/24"));
    book.put(pool("b", "10.0.1.0/24"));
    book.judge();
    book.put(pool("a", "10.0.1.0/24"));
    assertEquals(1, book.judge().problems().size());
    book.put(pool("b", "10.0.0.0/24"));

    assertEquals("a[10.0.1.0-10.0.1.255] b[10.0.0.0-10.0.0.255]", pools(book.judge()));
  }

  @Test
  void aRemovedPoolLeavesNothingBehind() {
    book.put(pool("a", "10.0.0.0/24"));
    book.judge();
    book.removePool("a");
    book.put(pool("b", "10.0.0.0/24"));

    Judgement judgement = book.judge();
    assertEquals("b[10.0.0.0-10.0.0.255]", pools(judgement));
    assertEquals(List.of(), judgement.problems());
  }

  /** C041-C045. */
  @Test
  void namespaceSelectorsFollowTheLabelsOfLiveNamespaces() {
    SelectorSpec red = labels("team", "red");
    book.put(restricted("a", new PoolSpec.Allocation(1, List.of("ns1"), List.of(red), List.of())));
    assertEquals(Set.of("ns1"), allocation("a").namespaces());

    book.putNamespace("ns2", Map.of("team", "red"));
    assertEquals(Set.of("ns1", "ns2"), allocation("a").namespaces());

    book.putNamespace("ns2", Map.of("team", "blue"));
    assertEquals(Set.of("ns1"), allocation("a").namespaces());
  }

  /** C043, A049: nobody matches, and that closes the pool instead of opening it. */
  @Test
  void aSelectorThatMatchesNoNamespaceStillRestricts() {
    book.put(
        restricted(
            "a", new PoolSpec.Allocation(3, List.of(), List.of(labels("team", "red")), List.of())));
    assertEquals(Set.of(), allocation("a").namespaces());
    assertTrue(allocation("a").restrictsNamespaces());
  }

  /** C039, C040, C047. */
  @Test
  void selectorsAreChecked() {
    assertField(
        "spec.serviceAllocation.namespaceSelectors[1]",
        new PoolSpec.Allocation(
            0, List.of(), List.of(labels("a", "b"), labels("a", "b")), List.of()));
    assertField(
        "spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].values",
        services(new Expression("foo", "In", List.of("bar", "bar"))));
    assertField(
        "spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].values",
        services(new Expression("foo", "In", List.of())));
    assertField(
        "spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].operator",
        services(new Expression("foo", "Near", List.of("bar"))));
    assertField(
        "spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].key",
        services(new Expression("", "Exists", List.of())));
    assertField(
        "spec.serviceAllocation.namespaces[1]",
        new PoolSpec.Allocation(0, List.of("x", "x"), List.of(), List.of()));
  }

  /** C048. */
  @Test
  void anAdvertisementWithoutSpecCoversEverything() {
    book.put(pool("a", "10.0.0.0/24"));
    book.put(advertisement("all", List.of(), List.of()));
    Config config = book.judge().config();
    Advertisement all = config.advertisements().getFirst();
    assertTrue(all.coversPool(config.pools().getFirst()));
    assertTrue(all.coversNode(Map.of()));
    assertTrue(all.coversService(Map.of()));
  }

  /** C051. */
  @Test
  void aPoolSelectorTakesOnlyPoolsWithThatLabel() {
    book.put(labelled("one", "10.0.0.0/24", "pool1"));
    book.put(labelled("two", "10.0.1.0/24", "pool2"));
    book.put(
        new AdvertisementSpec(
            "a",
            List.of(),
            List.of(labels("test", "pool1")),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
    Config config = book.judge().config();
    Advertisement advertisement = config.advertisements().getFirst();
    assertEquals(
        List.of("one"),
        config.pools().stream().filter(advertisement::coversPool).map(Pool::name).toList());
  }

  /** C058. */
  @Test
  void withoutNodeSelectorEveryNodeIsCovered() {
    book.put(advertisement("a", List.of("p"), List.of()));
    Advertisement advertisement = book.judge().config().advertisements().getFirst();
    assertTrue(advertisement.coversNode(Map.of()));
    assertTrue(advertisement.coversNode(Map.of("role", "edge")));
  }

  /** C059, C061, C072. */
  @Test
  void aBrokenAdvertisementKeepsItsLastSoundVersion() {
    book.put(advertisement("a", List.of("p"), List.of()));
    book.judge();
    book.put(advertisement("a", List.of(), List.of(labels("x", "y"), labels("x", "y"))));

    Judgement judgement = book.judge();

    assertEquals(Set.of("p"), judgement.config().advertisements().getFirst().pools());
    assertEquals("spec.nodeSelectors[1]", judgement.problems().getFirst().field());
  }

  @Test
  void findsThePoolOfAnAddress() {
    book.put(pool("a", "10.0.0.0/24"));
    book.put(pool("b", "fc00::/64"));
    Config config = book.judge().config();
    assertEquals("b", config.poolOf(Address.parse("fc00::7")).orElseThrow().name());
    assertFalse(config.poolOf(Address.parse("10.0.1.0")).isPresent());
  }

  private void assertField(String field, PoolSpec.Allocation allocation) {
    book.put(restricted("checked", allocation));
    assertEquals(field, book.judge().problems().getFirst().field());
  }

  private Pool.ServiceAllocation allocation(String name) {
    return book.judge().config().pools().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow()
        .allocation()
        .orElseThrow();
  }

  private static PoolSpec.Allocation services(Expression expression) {
    return new PoolSpec.Allocation(
        0, List.of(), List.of(), List.of(new SelectorSpec(Map.of(), List.of(expression))));
  }

  private static SelectorSpec labels(String key, String value) {
    return new SelectorSpec(Map.of(key, value), List.of());
  }

  private static AdvertisementSpec advertisement(
      String name, List<String> pools, List<SelectorSpec> nodes) {
    return new AdvertisementSpec(name, pools, List.of(), nodes, List.of(), List.of(), List.of());
  }

  private static PoolSpec labelled(String name, String addresses, String test) {
    return new PoolSpec(
        name, "", Map.of("test", test), List.of(addresses), true, false, Optional.empty());
  }

  private static PoolSpec pool(String name, String... addresses) {
    return created(name, "", addresses);
  }

  private static PoolSpec created(String name, String when, String... addresses) {
    return new PoolSpec(name, when, Map.of(), List.of(addresses), true, false, Optional.empty());
  }

  private static PoolSpec restricted(String name, PoolSpec.Allocation allocation) {
    return new PoolSpec(
        name, "", Map.of(), List.of("10.9.0.0/24"), true, false, Optional.of(allocation));
  }

  private static String pools(Judgement judgement) {
    return judgement.config().pools().stream()
        .map(p -> p.name() + p.ranges())
        .collect(Collectors.joining(" "));
  }
}
