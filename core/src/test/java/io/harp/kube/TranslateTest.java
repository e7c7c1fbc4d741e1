package io.harp.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.harp.config.AdvertisementSpec;
import io.harp.config.PoolSpec;
import io.harp.model.Endpoints;
import io.harp.model.Family;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.NodeFacts;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslateTest {

  @Test
  void anEmptyServiceTranslates() {
    Service empty = new Service();
    empty.setMetadata(new ObjectMeta());
    LbService service = Translate.service(Plain.of(empty));
    assertFalse(service.loadBalancer());
    assertEquals(List.of(), service.ingress());
  }

  @Test
  void readsAllThatDecides() {
    LbService service =
        Translate.service(
            Yaml.read(
                """
                apiVersion: v1
                kind: Service
                metadata:
                  name: web
                  namespace: shop
                  resourceVersion: "7"
                  labels: {app: web}
                  annotations: {metallb.io/address-pool: edge}
                spec:
                  type: LoadBalancer
                  loadBalancerClass: harp
                  loadBalancerIP: 10.0.0.9
                  clusterIP: 10.96.0.1
                  clusterIPs: [10.96.0.1, "fd96::1"]
                  ipFamilies: [IPv4, IPv6]
                  ipFamilyPolicy: PreferDualStack
                  externalTrafficPolicy: Local
                  selector: {app: web}
                  ports: [{port: 80}, {port: 53, protocol: UDP}]
                status:
                  loadBalancer:
                    ingress: [{ip: 10.0.0.9, ipMode: VIP}, {hostname: foo}]
                """));
    assertEquals("shop/web", service.key().toString());
    assertTrue(service.loadBalancer());
    assertEquals("harp", service.loadBalancerClass().orElse(""));
    assertEquals("10.0.0.9", service.loadBalancerIp().orElse(""));
    assertEquals(List.of("10.96.0.1", "fd96::1"), service.clusterIps());
    assertEquals(List.of(Family.IPV4, Family.IPV6), service.ipFamilies());
    assertEquals(FamilyPolicy.PREFER_DUAL_STACK, service.ipFamilyPolicy());
    assertTrue(service.localPolicy());
    assertEquals(
        Set.of(new LbService.Port("TCP", 80), new LbService.Port("UDP", 53)), service.ports());
    assertEquals(List.of("10.0.0.9", "foo"), service.ingress());
    assertEquals("edge", service.annotations().get("metallb.io/address-pool"));
  }

  /** Cases L045-L047. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "L045 ready, true, false, true",
    "L046 ready unset, , false, true",
    "L046 nothing set, , , true",
    "L047 not ready, false, , false",
    "terminating but serving, false, true, true",
  })
  void anEndpointServesIfReadyOrServing(
      String id, @Nullable Boolean ready, @Nullable Boolean serving, boolean expected) {
    EndpointConditions conditions = new EndpointConditions();
    conditions.setReady(ready);
    conditions.setServing(serving);
    EndpointSlice slice = slice(conditions, "node-1");
    assertEquals(
        expected, Translate.slice(Plain.of(slice)).orElseThrow().endpoints().anyServing(), id);
  }

  /** Case L048. */
  @Test
  void anEndpointWithoutNodeCountsOnlyForTheWhole() {
    assertEquals(
        new Endpoints(true, Set.of()),
        Translate.slice(Plain.of(slice(new EndpointConditions(), null))).orElseThrow().endpoints());
  }

  @Test
  void aNodesFactsComeFromLabelsConditionsAndTaints() {
    NodeFacts facts =
        Translate.node(
                Plain.of(
                    new NodeBuilder()
                        .withNewMetadata()
                        .withName("node-1")
                        .addToLabels(NodeFacts.EXCLUDE_LABEL, "")
                        .endMetadata()
                        .withNewSpec()
                        .addNewTaint()
                        .withKey(NodeFacts.OUT_OF_SERVICE_TAINT)
                        .withEffect("NoExecute")
                        .endTaint()
                        .endSpec()
                        .withNewStatus()
                        .addNewCondition()
                        .withType("NetworkUnavailable")
                        .withStatus("True")
                        .endCondition()
                        .endStatus()
                        .build()))
            .orElseThrow();
    assertTrue(facts.excluded());
    assertTrue(facts.networkUnavailable());
    assertTrue(facts.outOfService());
    assertFalse(facts.deleting());
  }

  @Test
  void readsAPoolInFull() {
    PoolSpec pool =
        Translate.pool(
                resource(
                    """
                    apiVersion: metallb.io/v1beta1
                    kind: IPAddressPool
                    metadata: {name: edge, labels: {zone: a}}
                    spec:
                      addresses: [10.0.0.0/24]
                      autoAssign: false
                      avoidBuggyIPs: true
                      serviceAllocation:
                        priority: 5
                        namespaces: [shop]
                        namespaceSelectors: [{matchLabels: {team: red}}]
                        serviceSelectors:
                        - matchExpressions: [{key: tier, operator: In, values: [web]}]
                    """))
            .value()
            .orElseThrow();
    assertEquals(List.of("10.0.0.0/24"), pool.addresses());
    assertFalse(pool.autoAssign());
    assertTrue(pool.avoidBuggyIps());
    PoolSpec.Allocation allocation = pool.allocation().orElseThrow();
    assertEquals(5, allocation.priority());
    assertEquals(List.of("shop"), allocation.namespaces());
    assertEquals(Map.of("team", "red"), allocation.namespaceSelectors().getFirst().matchLabels());
    assertEquals(
        "In", allocation.serviceSelectors().getFirst().matchExpressions().getFirst().operator());
  }

  /** Cases C048 and C071. */
  @Test
  void readsAdvertisementsWithAndWithoutSpec() {
    AdvertisementSpec bare =
        Translate.advertisement(
                resource(
                    """
                    apiVersion: metallb.io/v1beta1
                    kind: L2Advertisement
                    metadata: {name: all}
                    """))
            .value()
            .orElseThrow();
    assertEquals(List.of(), bare.pools());
    AdvertisementSpec full =
        Translate.advertisement(
                resource(
                    """
                    apiVersion: metallb.io/v1beta1
                    kind: L2Advertisement
                    metadata: {name: edge}
                    spec:
                      ipAddressPools: [edge]
                      interfaces: [eth0]
                      preferredNodeSelectors:
                      - {weight: 40, preference: {matchLabels: {role: edge}}}
                    """))
            .value()
            .orElseThrow();
    assertEquals(List.of("eth0"), full.interfaces());
    assertEquals(40, full.preferences().getFirst().weight());
  }

  @Test
  void aFieldOfTheWrongTypeIsNamed() {
    assertEquals(
        "IPAddressPool odd: spec.addresses[1]: \"12\" is not what belongs there; write text",
        Translate.pool(
                resource(
                    """
                    apiVersion: metallb.io/v1beta1
                    kind: IPAddressPool
                    metadata: {name: odd}
                    spec: {addresses: [10.0.0.0/24, 12]}
                    """))
            .problems()
            .getFirst()
            .toString());
  }

  private static Fields resource(String text) {
    return Yaml.read(text);
  }

  private static EndpointSlice slice(EndpointConditions conditions, @Nullable String node) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("web-1")
        .addToLabels("kubernetes.io/service-name", "web")
        .endMetadata()
        .addNewEndpoint()
        .withNodeName(node)
        .withConditions(conditions)
        .endEndpoint()
        .build();
  }
}
