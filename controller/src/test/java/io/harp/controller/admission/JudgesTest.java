package io.harp.controller.admission;

import static io.harp.controller.admission.Scene.NAMESPACE;
import static io.harp.controller.admission.Scene.pool;
import static io.harp.controller.admission.Scene.question;
import static io.harp.controller.admission.Scene.yamlLike;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.config.Config;
import io.harp.config.ConfigBook;
import io.harp.controller.admission.Question.Operation;
import io.harp.kube.ApiUnavailable;
import io.harp.kube.Fields;
import io.harp.kube.Translate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the webhooks answer. The ids are those of the list of cases MetalLB's behaviour was put
 * into.
 */
class JudgesTest {

  private final Scene scene = new Scene();

  /** C-1: how the text of one entry is read. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "C001|192.168.10.0/24|yes",
        "C002|192.168.10.100/24|yes",
        "C004|192.168.10.5|no",
        "C005|192.168.9.1-192.168.9.5|yes",
        "C006|192.168.1.240-192.168.1.250|yes",
        "C010|192.168.1.0-192.168.1.255|yes",
        "C013a| 10.0.0.0/8|no",
        "C013b|10.0.0.0/8 |no",
        "C017|::ffff:1.2.3.0/120|yes",
        "C018|1.2.3.4-::ffff:1.2.3.6|yes",
        "C019|1.2.3.4-fc00::1|no",
        "C020|fc00::1-1.2.3.4|no",
        "C023|010.0.0.1/32|no",
        "C025|1.2.3.4-1.2.3.5-1.2.3.6|no",
        "C026a|1.2.3.4-|no",
        "C026b|-|no",
        "C026c||no",
        "C027|fe80::1%eth0/64|no",
      })
  void addressesAreReadAsMetalLbReadsThem(String id, String entry, String expected) {
    Answer answer = scene.create(pool("a", entry == null ? "" : entry));
    assertEquals(expected.equals("yes"), answer.denial().isEmpty(), answer.toString());
    answer.denial().ifPresent(why -> assertTrue(why.startsWith("IPAddressPool a: spec."), why));
  }

  /** C019: MetalLB takes such a range for nothing. */
  @Test
  void aRangeOfTwoFamiliesIsDeniedWithAdvice() {
    String why = scene.create(pool("a", "1.2.3.4-fc00::1")).denial().orElseThrow();
    assertTrue(why.contains("mixes families: write one range for IPv4 and one for IPv6"), why);
  }

  /** C034, C081. */
  @Test
  void aNewPoolMustNotOverlapAnother() {
    scene.withPool("first", "1.1.1.1-1.1.1.100");
    String why = scene.create(pool("second", "1.1.1.15-1.1.1.20")).denial().orElseThrow();
    assertTrue(why.contains("overlaps with already defined CIDR"), why);
    assertTrue(why.contains("IPAddressPool first"), why);
    assertTrue(why.startsWith("IPAddressPool second: spec.addresses[0]: "), why);
  }

  /** C036. */
  @Test
  void aPoolMustNotOverlapItself() {
    assertDenied(
        scene.create(pool("a", "10.0.0.0/24", "10.0.0.128/25")),
        "overlaps with already defined CIDR");
  }

  /** C037. */
  @Test
  void poolsThatTouchAreFine() {
    scene.withPool("first", "1.1.1.1-1.1.1.100");
    assertEquals(Answer.YES, scene.create(pool("second", "1.1.1.101-1.1.1.200")));
  }

  /** C082. */
  @Test
  void aPoolMustNotGrowIntoAnother() {
    scene.withPool("a", "1.1.1.1-1.1.1.100").withPool("b", "1.1.1.101-1.1.1.200");
    assertDenied(
        scene.update(pool("b", "1.1.1.101-1.1.1.200"), pool("b", "1.1.1.0/24")),
        "overlaps with already defined CIDR");
  }

  /** C083, C084. */
  @Test
  void aPoolDoesNotCollideWithItsOlderSelf() {
    scene.withPool("a", "1.1.1.1-1.1.1.100");
    assertEquals(
        Answer.YES, scene.update(pool("a", "1.1.1.1-1.1.1.100"), pool("a", "1.1.1.50-1.1.1.120")));
    assertEquals(Answer.YES, scene.create(pool("a", "1.1.1.1-1.1.1.100")));
  }

  /** C086. */
  @Test
  void anythingMayBeDeleted() {
    Question deletion = question(Operation.DELETE, NAMESPACE, Fields.NONE, pool("a", "1.1.1.1/32"));
    assertEquals(Answer.YES, scene.judge(Severity.DENY, deletion));
    assertEquals(Answer.YES, new AdvertisementJudge(NAMESPACE, scene).judge(deletion));
  }

  /** C080. */
  @Test
  void objectsBelongIntoOurNamespace() {
    assertDenied(
        scene.judge(
            Severity.DENY,
            question(Operation.CREATE, "default", pool("a", "1.1.1.0/24"), Fields.NONE)),
        "must be created in metallb-system namespace");
    assertDenied(
        new AdvertisementJudge(NAMESPACE, scene)
            .judge(
                question(
                    Operation.CREATE,
                    "default",
                    yamlLike("L2Advertisement", "a", "{}"),
                    Fields.NONE)),
        "must be created in metallb-system namespace");
  }

  /** C030. */
  @Test
  void aPoolNeedsAName() {
    assertDenied(scene.create(pool("", "1.1.1.0/24")), "metadata.name");
  }

  /** C075: what C039, C040 and C047 find in selectors is denied here too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'addresses':[]}",
        "{'addresses':['1.1.1.0/24'],'serviceAllocation':{'namespaces':['a','a']}}",
        "{'addresses':['1.1.1.0/24'],'serviceAllocation':{'namespaceSelectors':"
            + "[{'matchLabels':{'a':'b'}},{'matchLabels':{'a':'b'}}]}}",
        "{'addresses':['1.1.1.0/24'],'serviceAllocation':{'serviceSelectors':"
            + "[{'matchExpressions':[{'key':'a','operator':'In','values':['bar','bar']}]}]}}",
        "{'addresses':['1.1.1.0/24'],'serviceAllocation':{'serviceSelectors':"
            + "[{'matchExpressions':[{'key':'a','operator':'In'}]}]}}",
        "{'addresses':['1.1.1.0/24'],'serviceAllocation':{'serviceSelectors':"
            + "[{'matchExpressions':[{'key':'a','operator':'Near','values':['b']}]}]}}",
        "{'addresses':'1.1.1.0/24'}",
        "{'addresses':[7]}",
        "{'addresses':['1.1.1.0/24'],'autoAssign':'yes'}",
      })
  void brokenSpecsAreDenied(String spec) {
    assertTrue(scene.create(yamlLike("IPAddressPool", "a", spec)).denial().isPresent(), spec);
  }

  /** C043. */
  @Test
  void aSelectorThatMatchesNobodyClosesThePoolAndIsMentioned() {
    scene.withNamespace("ns1", Map.of("team", "blue"));
    String spec =
        "{'addresses':['1.1.1.0/24'],"
            + "'serviceAllocation':{'namespaceSelectors':[{'matchLabels':{'team':'red'}}]}}";
    Answer answer = scene.create(yamlLike("IPAddressPool", "a", spec));
    assertTrue(answer.denial().isEmpty());
    assertTrue(answer.warnings().getFirst().contains("no namespace matches"));
    scene.withNamespace("ns2", Map.of("team", "red"));
    assertEquals(Answer.YES, scene.create(yamlLike("IPAddressPool", "a", spec)));
  }

  @ParameterizedTest
  @CsvSource({
    "Node n1 (InternalIP), 10.0.0.11/32, 10.0.0.0/24",
    "the pods of Node n1 (10.244.1.0/24), 10.244.1.0/24, 10.244.0.0/16",
    "ServiceCIDR kubernetes (10.96.0.0/12), 10.96.0.0/12, 10.96.3.0/24",
    "ServiceCIDR kubernetes (fd96::/108), fd96::/108, fd96::10-fd96::20",
  })
  void aPoolWithAddressesOfTheClusterIsDeniedByName(String by, String occupied, String pool) {
    scene.withOccupied(by, occupied);
    assertDenied(scene.create(pool("a", "192.0.2.0/24", pool)), by);
    assertDenied(scene.create(pool("a", "192.0.2.0/24", pool)), "spec.addresses[1]");
  }

  @Test
  void theOverlapCanBeAWarningOrNothing() {
    scene.withOccupied("Node n1 (InternalIP)", "10.0.0.11/32");
    Question question =
        question(Operation.CREATE, NAMESPACE, pool("a", "10.0.0.0/24"), Fields.NONE);
    Answer warned = scene.judge(Severity.WARN, question);
    assertTrue(warned.denial().isEmpty());
    assertTrue(warned.warnings().getFirst().contains("10.0.0.11, which belongs to Node n1"));
    assertEquals(Answer.YES, scene.judge(Severity.OFF, question));
  }

  @Test
  void aPoolThatANodeMovedIntoCanStillBeChanged() {
    scene.withOccupied("Node n9 (InternalIP)", "10.0.0.11/32").withPool("a", "10.0.0.0/24");
    Answer answer =
        scene.update(
            pool("a", "10.0.0.0/24"),
            yamlLike("IPAddressPool", "a", "{'addresses':['10.0.0.0/24'],'autoAssign':false}"));
    assertTrue(answer.denial().isEmpty(), answer.toString());
    assertEquals(1, answer.warnings().size());
    assertDenied(scene.update(pool("a", "10.0.1.0/24"), pool("a", "10.0.0.0/24")), "Node n9");
  }

  @Test
  void aBrokenPoolCanStillLoseItsFinalizers() {
    Fields broken = pool("a", "10.0.0.5");
    assertEquals(Answer.YES, scene.update(broken, broken));
  }

  @Test
  void anotherPoolsFaultIsNotItsAuthors() {
    scene.withPool("broken", "10.0.0.5");
    assertEquals(Answer.YES, scene.create(pool("a", "10.0.0.0/24")));
  }

  @Test
  void whatCannotBeComparedIsNotDecided() {
    scene.goneAway();
    assertThrows(ApiUnavailable.class, () -> scene.create(pool("a", "10.0.0.0/24")));
  }

  /** C048, C050. */
  @Test
  void anAdvertisementMayNamePoolsThatDoNotExistYet() {
    scene.withPool("there", "10.0.0.0/24");
    assertEquals(Answer.YES, advertisement("{}"));
    assertEquals(Answer.YES, advertisement("{'ipAddressPools':['there']}"));
    Answer answer = advertisement("{'ipAddressPools':['there','missing']}");
    assertTrue(answer.denial().isEmpty());
    assertTrue(answer.warnings().getFirst().contains("there is no IPAddressPool missing yet"));
  }

  /** C059, C061, C072. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "C059|{'nodeSelectors':[{'matchLabels':{'a':'b'}},{'matchLabels':{'a':'b'}}]}|nodeSelectors",
        "C061|{'serviceSelectors':[{},{}]}|serviceSelectors",
        "C072|{'preferredNodeSelectors':[{'weight':1,'preference':{'matchExpressions':[{'key':'a','operator':'Near'}]}}]}|preferredNodeSelectors",
        "weight|{'preferredNodeSelectors':[{'weight':101,'preference':{}}]}|weight",
      })
  void brokenAdvertisementsAreDenied(String id, String spec, String fragment) {
    assertDenied(advertisement(spec), fragment);
  }

  /** C078, C087-C093: MetalLB denies some of these; kinds that nobody serves block nothing here. */
  @Test
  void theKindsOfBgpAreNeverDenied() {
    UnservedJudge judge = new UnservedJudge();
    for (String kind : List.of("Community", "BGPAdvertisement", "BGPPeer", "BFDProfile")) {
      Fields nonsense = yamlLike(kind, "a", "{'communities':7}");
      Answer answer = judge.judge(question(Operation.CREATE, "default", nonsense, Fields.NONE));
      assertTrue(answer.denial().isEmpty());
      assertTrue(answer.warnings().getFirst().contains("not served"));
      for (Operation operation : List.of(Operation.UPDATE, Operation.DELETE)) {
        assertEquals(Answer.YES, judge.judge(question(operation, NAMESPACE, nonsense, nonsense)));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'metallb.io/address-pool':'nope'}|{}|there is no IPAddressPool nope",
        "{'metallb.io/loadBalancerIPs':'1.2.3.x'}|{}|\"1.2.3.x\"",
        "{'metallb.io/loadBalancerIPs':'10.0.0.1,10.0.0.2'}|{}|one family",
        "{'metallb.io/loadBalancerIPs':'10.0.0.1'}|{'loadBalancerIP':'10.0.0.1'}|both",
        "{'metallb.io/loadBalancerIPs':'192.0.2.1'}|{}|192.0.2.1 is in no IPAddressPool",
        "{'metallb.io/loadBalancerIPs':'10.0.0.1','metallb.io/address-pool':'six'}|{}|in"
            + " IPAddressPool edge",
        "{'metallb.io/loadBalancerIPs':'10.0.0.1'}|{'ipFamilies':['IPv6']}|no such family",
        "{'metallb.io/loadbalancerips':'10.0.0.1'}|{}|means nothing",
        "{'metallb.universe.tf/address-pool':'edge'}|{}|deprecated",
      })
  void servicesAreWarnedAndNeverDenied(String annotations, String spec, String fragment) {
    Answer answer = service(annotations, spec, Optional.empty());
    assertTrue(answer.denial().isEmpty());
    assertTrue(answer.warnings().stream().anyMatch(w -> w.contains(fragment)), answer.toString());
  }

  @Test
  void aServiceWithoutMistakesIsNotTalkedAbout() {
    assertEquals(
        Answer.YES,
        service(
            "{'metallb.io/loadBalancerIPs':'10.0.0.7','metallb.io/address-pool':'edge'}",
            "{}",
            Optional.empty()));
  }

  @Test
  void servicesOfOthersAreNotTalkedAbout() {
    String wrong = "{'metallb.io/address-pool':'nope'}";
    assertEquals(Answer.YES, service(wrong, "{'loadBalancerClass':'x/y'}", Optional.empty()));
    assertEquals(Answer.YES, service(wrong, "{}", Optional.of("x/y")));
    assertFalse(
        service(wrong, "{'loadBalancerClass':'x/y'}", Optional.of("x/y")).warnings().isEmpty());
  }

  private Answer advertisement(String spec) {
    return new AdvertisementJudge(NAMESPACE, scene)
        .judge(
            question(
                Operation.CREATE, NAMESPACE, yamlLike("L2Advertisement", "a", spec), Fields.NONE));
  }

  private static Answer service(String annotations, String spec, Optional<String> lbClass) {
    Fields service =
        Scene.json(
            "{'apiVersion':'v1','kind':'Service','metadata':{'name':'s','namespace':'default','annotations':"
                + annotations
                + "},'spec':"
                + (spec.equals("{}")
                    ? "{'type':'LoadBalancer'}"
                    : "{'type':'LoadBalancer'," + spec.substring(1))
                + "}");
    return new ServiceJudge(lbClass, JudgesTest::config)
        .judge(question(Operation.CREATE, "default", service, Fields.NONE));
  }

  private static Config config() {
    ConfigBook book = new ConfigBook();
    book.put(Translate.pool(pool("edge", "10.0.0.0/24")).value().orElseThrow());
    book.put(Translate.pool(pool("six", "fd00::/120")).value().orElseThrow());
    return book.judge().config();
  }

  private static void assertDenied(Answer answer, String fragment) {
    assertTrue(answer.denial().isPresent(), "not denied: " + fragment);
    assertTrue(answer.denial().get().contains(fragment), answer.denial().get());
  }
}
