package io.harp.controller.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.controller.allocation.Scene.Svc;
import io.harp.model.Family;
import io.harp.model.LbService.FamilyPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MetalLB's allocation, case by case; the ids are those of the project's list of cases. Where
 * MetalLB has a defect the wanted result stands here.
 */
class AllocationCasesTest {

  private static final FamilyPolicy PDS = FamilyPolicy.PREFER_DUAL_STACK;
  private static final FamilyPolicy RDS = FamilyPolicy.REQUIRE_DUAL_STACK;

  private static final String[] GIVEN = {
    "test[1.2.3.4/31, 1000::4/127]",
    "test2[1.2.4.0/24, 1000::4:0/120; buggy=avoid]",
    "test3[1.2.5.0/24, 1000::5:0/120; buggy=avoid; ns=test-ns1]",
    "test4[1.2.6.0/24, 1000::6:0/120; buggy=avoid; sel=team=metallb]",
    "test5[1.2.7.0/24, 1000::7:0/120; buggy=avoid; ns=test-ns1; sel=team=metallb; prio=20]",
    "test6[1.2.8.0/24, 1000::8:0/120; buggy=avoid; ns=test-ns2; sel=foo=bar; prio=20]"
  };

  /** A001-A010. */
  @Test
  void aGivenAddressBelongsToOneService() {
    Scene scene = Scene.of(GIVEN);
    assertEquals("1.2.3.4", scene.service("s1").ips("1.2.3.4").put(), "A001");
    assertEquals("1.2.3.4", scene.service("s1").ips("1.2.3.4").put(), "A002");
    assertEquals("", scene.service("s2").ips("1.2.3.4").put(), "A003");
    assertEquals("1.2.3.5", scene.service("s2").ips("1.2.3.5").put(), "A004");
    assertEquals("", scene.service("s1").ips("1.2.3.5").put(), "A005: a request out of reach");
    assertEquals("1.2.3.4", scene.service("s2").ips("1.2.3.4").put(), "A006");
    assertEquals("1.2.3.5", scene.ip("s1"), "A007: waited for it");
    assertEquals("", scene.service("s3").ips("1.2.4.0").put(), "A008");
    assertEquals("", scene.service("s3").ips("1.2.4.255").put(), "A009");
    assertEquals("1.2.4.254", scene.service("s3").ips("1.2.4.254").put(), "A010");
  }

  /** A011-A021, both families. */
  @ParameterizedTest
  @CsvSource({"1.2.4.3, 1.2.4.254, false", "1000::4:3, 1000::4:ff, true"})
  void sharingNeedsEqualKeysEqualBackendsAndOtherPorts(String ip, String other, boolean v6) {
    Scene scene = Scene.of(GIVEN);
    assertEquals(ip, shared(scene, "s4", ip, v6, "sharing", "b", 80).put(), "A011");
    assertEquals(ip, shared(scene, "s4", ip, v6, "share", "b", 80).put(), "A012");
    assertEquals("", shared(scene, "s3", ip, v6, "share", "b", 80).put(), "A013");
    assertEquals("", shared(scene, "s3", ip, v6, "othershare", "b", 443).put(), "A014");
    assertEquals("", shared(scene, "s3", ip, v6, "share", "otherb", 443).put(), "A015");
    assertEquals(ip, shared(scene, "s3", ip, v6, "share", "b", 443).put(), "A016");
    assertEquals(ip, shared(scene, "s3", ip, v6, "share", "b", 0).port("UDP", 53).put(), "A017");
    assertEquals("", shared(scene, "s3", ip, v6, "othershare", "b", 443).put(), "A018");
    assertEquals("", shared(scene, "s3", ip, v6, "share", "otherb", 443).put(), "A019");
    Svc moved = scene.service("s4").ips(other);
    assertEquals(other, (v6 ? moved.v6() : moved).put(), "A020");
  }

  private static Svc shared(
      Scene scene, String name, String ip, boolean v6, String key, String backend, int port) {
    Svc service = scene.service(name).ips(ip).key(key).local("app=" + backend).tcp(port);
    return v6 ? service.v6() : service;
  }

  /** A022, A023. */
  @Test
  void bothAddressesOfAServiceComeFromOnePool() {
    Scene scene = Scene.of(GIVEN);
    assertEquals(
        "1.2.3.4,1000::4", scene.service("s1").dual(RDS).ips("1.2.3.4,1000::4").put(), "A022");
    assertEquals("", scene.service("s2").dual(RDS).ips("1.2.4.5,1000::5").put(), "A023");
    assertTrue(scene.why("ns/s2").contains("two pools"), scene.why("ns/s2"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A024, test-ns1/s, '', 1.2.5.10, 1.2.5.10",
    "A025, other/s, '', 1.2.5.10, ''",
    "A026, any/s, team=metallb, 1.2.6.10, 1.2.6.10",
    "A027, any/s, team=red, 1.2.6.10, ''",
    "A028, test-ns1/s, team=metallb, 1.2.7.10, 1.2.7.10",
    "A029, test-ns2/s, team=metallb, 1.2.8.10, ''",
    "A030, other/s, foo=bar, 1.2.8.10, ''",
  })
  void restrictionsHoldForExplicitRequestsToo(
      String id, String name, String labels, String ip, String expected) {
    Scene scene = Scene.of(GIVEN);
    assertEquals(expected, scene.service(name).labels(labels).ips(ip).put(), id);
  }

  /** A031-A036. */
  @Test
  void aRequestedPoolIsUsedUpInItsOrder() {
    Scene scene = Scene.of("test[1.2.3.4/31, 1.2.3.10/31, 1000::/127, 2000::/127]");
    assertEquals("1.2.3.4", scene.service("s1").pool("test").put(), "A031");
    assertEquals("1.2.3.5", scene.service("s2").pool("test").put(), "A031");
    assertEquals("1.2.3.10", scene.service("s3").pool("test").put(), "A031");
    assertEquals("1.2.3.11", scene.service("s4").pool("test").put(), "A031");
    assertEquals("", scene.service("s5").pool("test").put(), "A032");
    assertEquals(
        "pool test has no free IPv4 address (all 4 in use); add addresses to spec.addresses of a"
            + " pool, or free one that is not needed",
        scene.why("ns/s5"));
    scene.delete("s5");
    scene.delete("s4");
    assertEquals("1.2.3.11", scene.service("s5").pool("test").key("share").put(), "A034");
    assertEquals("1.2.3.11", scene.service("s6").pool("test").key("share").tcp(443).put(), "A034");
    for (String ip : new String[] {"1000::", "1000::1", "2000::", "2000::1"}) {
      assertEquals(
          ip, scene.service("six-" + ip.replace(':', '-')).v6().pool("test").put(), "A035");
    }
    assertEquals("", scene.service("six").v6().pool("test").put(), "A035");
  }

  /** A036. */
  @Test
  void dualServicesGetPairs() {
    Scene scene = Scene.of("test[1.2.3.4/31, 1.2.3.10/31, 1000::/127, 2000::/127]");
    assertEquals("1.2.3.4,1000::", scene.service("s1").dual(RDS).pool("test").put());
    assertEquals("1.2.3.5,1000::1", scene.service("s2").dual(RDS).pool("test").put());
    assertEquals("1.2.3.10,2000::", scene.service("s3").dual(RDS).pool("test").put());
    assertEquals("1.2.3.11,2000::1", scene.service("s4").dual(RDS).pool("test").key("k").put());
    assertEquals("", scene.service("s5").dual(RDS).pool("test").put());
    assertEquals(
        "1.2.3.11,2000::1", scene.service("s6").dual(RDS).pool("test").key("k").tcp(443).put());
  }

  /** A037. */
  @Test
  void whoHoldsOneFamilyDoesNotGetTheOtherBesides() {
    Scene scene = Scene.of("test[1.2.3.4/31, 1000::/127]");
    assertEquals("1.2.3.4", scene.service("s1").pool("test").put());
    assertEquals("", scene.service("s1").pool("test").ips("1000::").put());
    assertTrue(scene.why("ns/s1").contains("do not fit"), scene.why("ns/s1"));
    assertEquals(0, scene.usage("test").used6());
    assertEquals("1000::", scene.service("s1").v6().pool("test").put(), "now of that family");
    assertEquals(0, scene.usage("test").used4());
  }

  /** A038. */
  @Test
  void anUnknownPoolIsNamed() {
    Scene scene = Scene.of("p4[1.2.3.0/30]");
    assertEquals("", scene.service("s").pool("nonexistentpool").put());
    assertEquals("there is no pool \"nonexistentpool\"; there is p4", scene.why("ns/s"));
  }

  /** Which pool or Service is in the way, and what to change. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "held | 1.2.3.0 is used by ns/a, which does not have the same allow-shared-ip key; request"
            + " another address, or give both Services the same metallb.io/allow-shared-ip",
        "port | 1.2.3.1 is shared, but TCP/80 of it is used by ns/b; use another port or another"
            + " address",
        "outside | 9.9.9.9 is in no pool; request an address of a pool, or add it to"
            + " spec.addresses of one",
        "headless | the Service has no usable cluster IP: [None]; a headless Service cannot have an"
            + " address",
        "family | pool p has no IPv6 address; add addresses to spec.addresses of a pool, or free"
            + " one that is not needed",
      })
  void aReasonSaysWhatIsInTheWayAndWhatToChange(String name, String why) {
    Scene scene = Scene.of("p[1.2.3.0/31]");
    scene.service("a").put();
    scene.service("b").key("k").put();
    scene.service("held").ips("1.2.3.0").put();
    scene.service("port").ips("1.2.3.1").key("k").put();
    scene.service("outside").ips("9.9.9.9").put();
    scene.service("headless").cluster("None").put();
    scene.service("family").v6().put();
    assertEquals(why, scene.why("ns/" + name));
  }

  /** A039. */
  @Test
  void allPoolsAreUsedAndWhoWaitsIsServedWhenOneIsFreed() {
    Scene scene = Scene.of("test1[1.2.3.4/31, 1000::4/127]", "test2[1.2.3.10/31, 1000::10/127]");
    for (int i = 1; i <= 5; i++) {
      scene.service("s" + i).put();
    }
    assertEquals("1.2.3.11", scene.ip("s4"));
    assertEquals("", scene.ip("s5"));
    scene.delete("s2");
    assertEquals("1.2.3.5", scene.ip("s5"));
  }

  /** A040. */
  @Test
  void poolsWithoutAutoAssignAreUsedOnlyOnRequest() {
    Scene scene = Scene.of("test1[1.2.3.4/31; auto=false]", "test2[1.2.3.10/31]");
    assertEquals("1.2.3.10", scene.service("s1").put());
    assertEquals("1.2.3.11", scene.service("s2").put());
    assertEquals("", scene.service("s3").put());
    assertEquals("1.2.3.4", scene.service("s4").pool("test1").put(), "A042");
    assertEquals("test1", scene.poolOf("s4"), "A042");
  }

  /** A041. */
  @Test
  void buggyAddressesAreAvoidedWhereAsked() {
    Scene scene =
        Scene.of(
            "a[1.2.3.0/31]",
            "b[1.2.3.254/31]",
            "c[1.2.4.0/31; buggy=avoid]",
            "d[1.2.4.254/31; buggy=avoid]");
    String[] expected = {
      "1.2.3.0", "1.2.3.1", "1.2.3.254", "1.2.3.255", "1.2.4.1", "1.2.4.254", ""
    };
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], scene.service("s" + i).put());
    }
  }

  /** A043. */
  @Test
  void withoutAnOpenPoolAServiceWaitsWithAReason() {
    Scene scene = Scene.of("p4[1.2.3.0/30; auto=false]");
    assertEquals("", scene.service("s").put());
    assertTrue(scene.notes.getFirst().contains("AllocationFailed"), scene.notes::toString);
  }

  /** A046. */
  @Test
  void anAddressOfAnotherPoolThanTheRequestedOneIsRefusedAndStaysFree() {
    Scene scene = Scene.of("p4[1.2.3.0/30]", "q4[2.2.3.0/30]");
    assertEquals("", scene.service("s").ips("1.2.3.0").pool("q4").put());
    assertEquals("1.2.3.0", scene.service("t").ips("1.2.3.0").put());
  }

  /** A049-A051; A049 is a defect of MetalLB. */
  @Test
  void aPoolWhoseSelectorMatchesNoNamespaceIsClosedToAll() {
    Scene scene = Scene.of("p4[1.2.3.0/30; nssel=team=nobody]");
    assertEquals("", scene.service("a").pool("p4").put(), "A049");
    assertTrue(scene.why("ns/a").contains("not open to namespace ns"), "A049");
    assertEquals("", scene.service("b").put(), "A050");
    scene.pools("p4[1.2.3.0/30; ns=other]");
    assertEquals("", scene.service("c").pool("p4").put(), "A051");
    assertEquals("", scene.service("d").ips("1.2.3.1").put(), "A051");
  }

  /** A052, A054, A056. */
  @ParameterizedTest
  @ValueSource(strings = {"ns=ns", "nssel=foo1=bar1", "sel=test=e2e"})
  void poolsGoByPriorityAndZeroIsLast(String howB) {
    Scene scene =
        Scene.of(
            "a[192.168.5.0/32; ns=ns; prio=20]",
            "b[192.168.10.0/32; " + howB + "; prio=10]",
            "c[192.168.20.0/32; ns=ns]");
    scene.namespace("ns", "foo1=bar1");
    assertEquals("192.168.10.0", scene.service("s1").labels("test=e2e").put());
    assertEquals("192.168.5.0", scene.service("s2").labels("test=e2e").put());
    assertEquals("192.168.20.0", scene.service("s3").labels("test=e2e").put());
  }

  /** A057. */
  @Test
  void unpinnedPoolsHelpOutWhenPinnedOnesAreFull() {
    Scene scene = Scene.of("pinned[1.2.3.0/32; ns=ns1]", "a-common[9.9.9.0/30]");
    assertEquals("1.2.3.0", scene.service("ns1/s1").put());
    assertEquals("9.9.9.0", scene.service("ns1/s2").put());
  }

  /** A058. */
  @Test
  void aNewLabelOfANamespaceOpensAPoolWithoutRestart() {
    Scene scene = Scene.of("pinned[1.2.3.0/30; nssel=team=red; prio=5]", "common[9.9.9.0/30]");
    assertEquals("9.9.9.0", scene.service("s1").put());
    scene.namespace("ns", "team=red");
    assertEquals("1.2.3.0", scene.service("s2").put());
    assertEquals("9.9.9.0", scene.ip("s1"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A059, test-ns1/s, '', 7.8.9.0",
    "A060, other/s, team=metallb, 19.20.21.0",
    "A061, test-ns1/s, team=metallb, 25.26.27.0",
    "A062, test-ns2/s, '', 16.17.18.0",
  })
  void pinnedPoolsBeatOthers(String id, String name, String labels, String expected) {
    Scene scene =
        Scene.of(
            "p1[7.8.9.0/31; ns=test-ns1; prio=10]",
            "p2[10.11.12.0/31; ns=test-ns1; prio=11]",
            "p3[22.23.24.0/31; ns=test-ns1; sel=team=metallb; prio=8]",
            "p4[25.26.27.0/31; ns=test-ns1; sel=team=metallb; prio=5]",
            "p5[13.14.15.0/31; sel=team=metallb; prio=9]",
            "p6[19.20.21.0/31; sel=team=metallb; prio=8]",
            "p7[16.17.18.0/31; ns=test-ns2]",
            "a[1.1.1.0/24]");
    assertEquals(expected, scene.service(name).labels(labels).put(), id);
  }

  /** A063-A071. */
  @Test
  void servicesShareOneAddressByKey() {
    Scene scene = Scene.of("p4[1.2.3.0/32]");
    assertEquals("1.2.3.0", scene.service("a").key("k").put(), "A063");
    assertEquals("1.2.3.0", scene.service("ns2/b").key("k").tcp(81).selector("x=y").put(), "A064");
    assertEquals("", scene.service("c").key("k").put(), "A065");
    assertEquals("", scene.service("d").key("x").tcp(82).put(), "A066");
    assertEquals("", scene.service("e").key("k").tcp(82).local("app=a").put(), "A067");
    assertEquals("", scene.service("f").key("x").tcp(82).ips("1.2.3.0").put(), "A068");
    assertTrue(scene.why("ns/f").contains("ns/a, ns2/b"), scene.why("ns/f"));
    assertEquals("", scene.service("g").key("k").ips("1.2.3.0").put(), "A069");
    assertTrue(scene.why("ns/g").contains("TCP/80"), scene.why("ns/g"));
    assertEquals("", scene.service("h").tcp(82).ips("1.2.3.0").put(), "A070");
    assertTrue(scene.why("ns/h").contains("ns/a"), scene.why("ns/h"));
    assertEquals("1.2.3.0", scene.service("i").key("k").port("UDP", 80).put(), "A071");
  }

  /** A072-A075; A073 is a defect of MetalLB: equal selectors elsewhere select other pods. */
  @Test
  void localServicesShareOnlyWithTheSamePods() {
    Scene scene = Scene.of("p4[1.2.3.0/32]");
    assertEquals("1.2.3.0", scene.service("a").key("k").local("app=a,x=y").put(), "A072");
    assertEquals("1.2.3.0", scene.service("b").key("k").local("x=y,app=a").tcp(81).put(), "A072");
    assertEquals("", scene.service("ns9/c").key("k").local("app=a,x=y").tcp(82).put(), "A073");
    assertEquals("", scene.service("d").key("k").local("app=a").tcp(82).put(), "A074");
    assertEquals("", scene.service("e").key("k").tcp(82).put(), "A075");
  }

  /** A076. */
  @Test
  void localWithoutSelectorSharesWithCluster() {
    Scene scene = Scene.of("p4[1.2.3.0/32]");
    assertEquals("1.2.3.0", scene.service("a").key("k").local("").put());
    assertEquals("1.2.3.0", scene.service("b").key("k").tcp(81).put());
  }

  /** A077-A079. */
  @Test
  void theLowestUsableAddressWinsSharedOrNot() {
    Scene scene = Scene.of("p4[1.2.3.0/30]");
    assertEquals("1.2.3.0", scene.service("z").put(), "A077");
    assertEquals("1.2.3.1", scene.service("a").key("k").put(), "A077");
    assertEquals("1.2.3.1", scene.service("b").key("k").tcp(81).put(), "A077");
    scene.delete("z");
    assertEquals("1.2.3.0", scene.service("c").key("k").tcp(82).put(), "A078");
    assertEquals("1.2.3.2", scene.service("d").key("").tcp(83).put(), "A079");
  }

  /** A080-A082. */
  @Test
  void whoEverChangesTheTermsOfSharingGoes() {
    Scene scene = Scene.of("p4[1.2.3.0/32]");
    scene.service("a").key("k").selector("app=a").put();
    scene.service("b").key("k").tcp(81).selector("app=a").put();
    assertEquals("", scene.service("b").key("k").tcp(81).local("app=a").put(), "A080");
    assertEquals("1.2.3.0", scene.ip("a"), "A080");
    assertEquals("1.2.3.0", scene.service("a").key("k").local("app=a").put(), "A081");
    assertEquals("1.2.3.0", scene.ip("b"), "A081");
    assertEquals("", scene.service("a").key("k").local("app=z").put(), "A082");
    assertEquals("1.2.3.0", scene.service("b").key("k").tcp(81).local("app=z").put(), "A082");
    assertEquals("1.2.3.0", scene.ip("a"), "A082");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "A085, spec, 1.2.3.1, 1.2.3.1",
    "A086, annotation, 1.2.3.1, 1.2.3.1",
    "A086, annotation, ' 1.2.3.2 ', 1.2.3.2",
    "A090, annotation, 1.2.3.x, ''",
    "A090, annotation, '1.2.3.3,', ''",
    "A092, annotation, '1.2.3.1,1.2.3.2,1000::1', ''",
    "two of one family, annotation, '1.2.3.1,1.2.3.2', ''",
    "a host name, spec, localhost, ''",
  })
  void requestedAddresses(String id, String where, String text, String expected) {
    Scene scene = Scene.of("pool1[1.2.3.0/30, 1000::/126]");
    Svc service = scene.service("s");
    assertEquals(
        expected, (where.equals("spec") ? service.specIp(text) : service.ips(text)).put(), id);
    if (expected.isEmpty()) {
      assertTrue(scene.why("ns/s").contains("\"" + text + "\""), scene.why("ns/s"));
    }
  }

  /** A084, A087. */
  @Test
  void oneWayToAskForAnAddressIsEnough() {
    Scene scene = Scene.of("pool1[1.2.3.0/31]");
    assertEquals("1.2.3.0", scene.service("s").put(), "A084");
    assertEquals("pool1", scene.poolOf("s"), "A084");
    assertEquals(
        "ns/s IPAllocated: assigned [\"1.2.3.0\"] from pool pool1", scene.notes.getFirst());
    assertEquals("", scene.service("t").specIp("1.2.3.1").ips("1.2.3.1").put(), "A087");
    assertEquals("1.2.3.0", scene.service("s").specIp("1.2.3.1").ips("1.2.3.1").put(), "A087");
    assertTrue(scene.notes.getFirst().contains("LoadBalancerFailed"), scene.notes::toString);
  }

  /** A093. */
  @Test
  void aRequestOutOfReachLosesWhatThereWas() {
    Scene scene = Scene.of("pool1[1.2.3.0/31]");
    assertEquals("", scene.service("s").specIp("1.2.3.4").status("1.2.3.1").put());
    assertEquals("1.2.3.1 is free", scene.service("t").ips("1.2.3.1").put() + " is free");
  }

  /** A095, A096. */
  @Test
  void aRequestedPoolMovesTheService() {
    Scene scene = Scene.of("pool1[1.2.3.0/31]", "pool2[3.4.5.6/32; auto=false]");
    assertEquals("1.2.3.0", scene.service("s").put());
    assertEquals("3.4.5.6", scene.service("s").pool("pool2").put(), "A095");
    assertEquals("", scene.service("s").pool("nope").put(), "A096");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A097, 2.3.4.5, ''",
    "A098, foo, 10.10.10.10",
  })
  void aForeignStatusIsReplaced(String id, String first, String second) {
    Scene scene = Scene.of("pool1[1.2.3.0/31]");
    Svc service = scene.service("s");
    assertEquals(
        "1.2.3.0",
        (second.isEmpty() ? service.status(first) : service.status(first, second)).put(),
        id);
    assertTrue(scene.notes.getFirst().contains("ClearAssignment"), scene.notes::toString);
  }

  /** A100. */
  @Test
  void aServiceThatIsNoLoadBalancerAnyMoreGivesItsAddressBack() {
    Scene scene = Scene.of("pool1[1.2.3.0/32]");
    scene.service("s").put();
    assertEquals("", scene.service("t").put());
    assertEquals("", scene.service("s").type("ClusterIP").put());
    assertEquals("", scene.poolOf("s"));
    assertEquals("1.2.3.0", scene.ip("t"));
  }

  @Test
  void aStatusOfSomebodyElseIsLeftAloneOnOtherTypes() {
    Scene scene = Scene.of("pool1[1.2.3.0/32]");
    assertEquals("9.9.9.9", scene.service("s").type("NodePort").status("9.9.9.9").put());
  }

  /** A101. */
  @Test
  void withoutClusterIpThereIsNoAddressAndNoEvent() {
    Scene scene = Scene.of("pool1[1.2.3.0/31]");
    assertEquals("", scene.service("s").cluster().status("1.2.3.0").put());
    assertTrue(scene.notes.isEmpty());
  }

  /** A102, A103, A123. */
  @Test
  void familiesOfRequestAndClusterMustAgree() {
    Scene scene = Scene.of("pool1[1.2.3.0/30, 1000::/126]");
    assertEquals("", scene.service("a").v6().specIp("1.2.3.0").put(), "A102");
    assertEquals("", scene.service("a").v6().ips("1.2.3.0").put(), "A102");
    assertEquals("1.2.3.0", scene.service("b").status("1000::").put(), "A103");
    assertEquals("", scene.service("c").ips("1.2.3.1,1000::1").put(), "A123");
    assertEquals("", scene.service("d").dual(PDS).specIp("1.2.3.1").put(), "one of two");
  }

  /** A105. */
  @Test
  void aStatusOfThreeAddressesIsNoPair() {
    Scene scene = Scene.of("pool1[1.2.3.0/29]");
    assertEquals("1.2.3.0", scene.service("s").status("1.2.3.3", "1.2.3.4", "1000::1").put());
    assertTrue(scene.notes.getFirst().contains("nolbIPsIPFamily"), scene.notes::toString);
  }

  /** A110-A113. */
  @Test
  void preferDualStackTakesWhatThereIs() {
    assertEquals(
        "1.2.3.0,1000::",
        Scene.of("d[1.2.3.0/31, 1000::/127]").service("s").dual(PDS).put(),
        "A110");
    Scene apart = Scene.of("a[1.2.3.0/31]", "b[1000::/127]");
    assertEquals("1.2.3.0", apart.service("s").dual(PDS).put(), "A111");
    assertEquals(
        "1000::", apart.service("t").dual(PDS).families(Family.IPV6, Family.IPV4).put(), "A112");
    assertEquals(
        "9.9.9.0,2000::",
        Scene.of("a[1.2.3.0/31]", "b[1000::/127]", "c[9.9.9.0/31, 2000::/127]")
            .service("s")
            .dual(PDS)
            .put(),
        "A113");
  }

  /** A114, A115: MetalLB alternates between one and two addresses for ever. */
  @Test
  void aSingleStackServiceThatPrefersDualStaysWithOneAddress() {
    Scene scene = Scene.of("d[1.2.3.0/31, 1000::/127]");
    assertEquals("1.2.3.0", scene.service("s").policy(PDS).put(), "A114");
    scene.again("s");
    assertEquals("1.2.3.0", scene.ip("s"), "A115");
    scene.again("s");
    assertEquals("1.2.3.0", scene.ip("s"), "A115");
    assertEquals(1, scene.writes);
  }

  /** Found by the property that a restart changes nothing. */
  @Test
  void aSecondAddressJoinsWhenAnotherServiceGivesOneBack() {
    Scene scene = Scene.of("d[1.2.3.0/31, 1000::/128]");
    assertEquals("1000::", scene.service("six").cluster("3000::1").put());
    assertEquals("1.2.3.0", scene.service("s").dual(PDS).put());
    scene.delete("six");
    assertEquals("1.2.3.0,1000::", scene.ip("s"));
  }

  /** A116, A117. */
  @Test
  void aSecondAddressJoinsWhenThePoolGetsOne() {
    Scene scene = Scene.of("d[1.2.3.0/31]");
    assertEquals("1.2.3.0", scene.service("s").dual(PDS).put());
    assertTrue(
        scene.notes.stream().noneMatch(n -> n.contains("AllocationFailed")), scene.notes::toString);
    scene.pools("d[1.2.3.0/31, 1000::/127]");
    assertEquals("1.2.3.0,1000::", scene.ip("s"), "A116");
    assertTrue(scene.notes.getFirst().contains("IPAllocated"), scene.notes::toString);
    scene.pools("d[1.2.3.0/31]");
    assertEquals("1.2.3.0", scene.ip("s"), "A117");
  }

  /** A118-A120. */
  @Test
  void dualServicesFollowTheirPool() {
    Scene scene = Scene.of("d[1.2.3.0/31, 1000::/127]");
    scene.service("s").dual(PDS).put();
    scene.pools("d[1000::/127]", "e[5.5.5.0/31, 5000::/127]");
    assertEquals("5.5.5.0,5000::", scene.ip("s"), "A118");

    Scene kept = Scene.of("a[1.2.3.0/31]");
    kept.service("s").dual(PDS).put();
    kept.pools("a[1.2.3.0/31]", "d[9.9.9.0/31, 1000::/127]");
    assertEquals("1.2.3.0", kept.ip("s"), "A119");

    Scene required = Scene.of("a[1.2.3.0/31]");
    assertEquals("1.2.3.0", required.service("s").dual(PDS).put(), "A120");
    assertEquals("", required.service("s").dual(RDS).put(), "A120");
    assertEquals("1.2.3.0", required.service("s").dual(PDS).put(), "A120");
  }

  /** A122: MetalLB writes twice. */
  @Test
  void aPairIsWrittenOnceInOneOrder() {
    Scene scene = Scene.of("d[1.2.3.0/31, 1000::/127]");
    assertEquals("1.2.3.1,1000::1", scene.service("s").dual(RDS).ips("1000::1,1.2.3.1").put());
    scene.again("s");
    assertEquals(1, scene.writes);
  }

  /** A124, and B14: MetalLB leaves the status for ever. */
  @Test
  void aHeadlessServiceHasNoAddress() {
    Scene scene = Scene.of("pool1[1.2.3.0/31]");
    assertEquals("", scene.service("s").cluster("None").put(), "A124");
    assertTrue(scene.notes.getLast().contains("AllocationFailed"), scene.notes::toString);
    assertEquals("", scene.service("t").cluster("None").status("1.2.3.1").put(), "B14");
    assertTrue(scene.notes.getLast().contains("noclusterIPsIPFamily"), scene.notes::toString);
    assertEquals(0, scene.usage("pool1").used4());
  }

  @Test
  void requireDualStackNeedsTwoClusterIps() {
    Scene scene = Scene.of("d[1.2.3.0/31, 1000::/127]");
    assertEquals("", scene.service("s").policy(RDS).put());
    assertTrue(scene.notes.getFirst().contains("not enough clusterips"), scene.notes::toString);
  }

  /** A128-A130. */
  @Test
  void legacyAnnotationsCountOnlyWhereTheCurrentOneIsAbsent() {
    Scene scene = Scene.of("a[1.2.3.0/31]", "b[5.5.5.0/31; auto=false]");
    String legacy = "metallb.universe.tf/address-pool";
    assertEquals("5.5.5.0", scene.service("s").annotate(legacy, "b").put(), "A128");
    assertEquals("1.2.3.0", scene.service("t").annotate(legacy, "b").pool("").put(), "A129");
    assertEquals(
        List.of(legacy),
        Request.legacyKeys(scene.service("u").annotate(legacy, "b").build()),
        "A130");
  }

  /** A136. */
  @Test
  void whoWaitsGetsTheAddressOfADeletedService() {
    Scene scene = Scene.of("p[1.2.3.0/32]");
    scene.service("a").put();
    assertEquals("", scene.service("b").put());
    scene.delete("a");
    assertEquals("1.2.3.0", scene.ip("b"));
  }

  /** A137-A139. */
  @Test
  void poolsComeAndGo() {
    Scene scene = Scene.of("p[1.2.3.0/31]");
    scene.service("s").put();
    scene.pools("p[1.2.3.0/31]", "a[4.5.6.0/31]");
    assertEquals("1.2.3.0", scene.ip("s"), "A137");
    scene.pools("a[4.5.6.0/31]");
    assertEquals("4.5.6.0", scene.ip("s"), "A138");
    scene.pools();
    assertEquals("", scene.ip("s"), "A139");
  }

  /** A142. */
  @Test
  void aRestartMovesNobody() {
    Scene scene = Scene.of("p[192.168.10.100/32, 192.168.20.200/32]");
    scene.service("z1").put();
    scene.service("z2").put();
    scene.service("a1").put();
    scene.service("a2").put();
    int writes = scene.writes;
    for (int i = 0; i < 5; i++) {
      scene.restart();
    }
    assertEquals("192.168.10.100", scene.ip("z1"));
    assertEquals("192.168.20.200", scene.ip("z2"));
    assertEquals("", scene.ip("a1"));
    assertEquals(writes, scene.writes);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "A143 | test[1.2.3.0/30, 1000::/126] | true | true",
        "A144 | test[1.2.3.0/24, 1000::/120] | true | true",
        "A145 | test[1.2.3.2/31, 1000::0/126] | false | true",
        "A146 | test[1.2.3.0/30, 1000::2/127] | true | false",
        "A149 | test2[1.2.3.0/31, 1000::/127; buggy=avoid] | false | true",
      })
  void aChangedPoolKeepsWhatItStillCovers(String id, String pool, boolean v4, boolean v6) {
    Scene scene = Scene.of("test[1.2.3.0/30, 1000::/126]");
    scene.service("s1").put();
    scene.service("s2").v6().put();
    scene.pools(pool);
    assertEquals(v4, scene.ip("s1").equals("1.2.3.0"), id);
    assertEquals(v6, scene.ip("s2").equals("1000::"), id);
  }

  /** A159, A162. */
  @Test
  void countersSaturateAndFollowTheServices() {
    Scene scene = Scene.of("big[fc00::/64, 1.2.3.0/24, fd00::/64]");
    assertEquals(Long.MAX_VALUE, scene.usage("big").capacity6(), "A159");
    assertEquals(256, scene.usage("big").capacity4(), "A159");
    scene.pools("p[192.168.10.0/30, fc00:f853:ccd:e799::/126]");
    scene.service("s").dual(RDS).put();
    assertEquals(3, scene.usage("p").free4(), "A162");
    assertEquals(1, scene.usage("p").used6(), "A162");
    scene.pools("p[192.168.10.0/29, fc00:f853:ccd:e799::/125]");
    assertEquals(7, scene.usage("p").free6(), "A162");
    scene.delete("s");
    assertEquals(8, scene.usage("p").free4(), "A162");
  }

  @Test
  void renamingAPoolKeepsAddressesAndTellsTheNewName() {
    Scene scene = Scene.of("old[1.2.3.0/24]");
    scene.service("s").put();
    scene.pools("new[1.2.3.0/24]");
    assertEquals("1.2.3.0", scene.ip("s"));
    assertEquals("new", scene.poolOf("s"));
  }

  @Test
  void whatABrokenPoolGaveBeforeTheRestartIsLeftAlone() {
    Scene scene = Scene.of("p[1.2.3.0/24]", "q[5.5.5.0/24; auto=false]");
    scene.service("s").put();
    int writes = scene.writes;
    scene.book.removePool("p");
    Scene after = Scene.of();
    after.book.put(Scene.pool("p[1.2.3.0/33]"));
    after.book.put(Scene.pool("q[5.5.5.0/24]"));
    after.judge();
    after.put(scene.service(Scene.key("s")));
    assertEquals("1.2.3.0", after.ip("s"));
    assertEquals("5.5.5.0", after.service("new").put());
    assertEquals(1, writes);
  }
}
