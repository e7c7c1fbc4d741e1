package io.harp.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.harp.kube.crd.IPAddressPool;
import io.harp.kube.crd.MetalLb;
import io.harp.loop.Clock;
import io.harp.model.Endpoints;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchesTest {

  private static final String NAMESPACE = "metallb-system";

  private final KubernetesMockServer server = crud();
  private final BlockingQueue<KubeEvent> events = new LinkedBlockingQueue<>();
  private final KubernetesClient client;
  private final Api api;

  WatchesTest() {
    server.init();
    client = server.createClient();
    api = Api.connect(config(server.url("/")));
  }

  @AfterEach
  void stop() {
    api.close();
    client.close();
    destroy(server);
  }

  @BeforeEach
  void somethingIsThere() {
    client.resource(service("web")).create();
    client.resource(pool("edge", "10.0.0.0/24")).create();
  }

  @Test
  void tellsWhatIsThereThenSyncedThenChanges() {
    try (Watches watches = start(Watches.FOR_SPEAKER)) {
      List<KubeEvent> first = until(e -> e instanceof KubeEvent.Synced);
      assertTrue(first.stream().anyMatch(e -> seen(e, "web")));
      assertTrue(first.stream().anyMatch(e -> configured(e, "edge")));
      assertTrue(watches.synced());
      assertTrue(watches.freshness().isFresh(Clock.system().nowMs(), 0));

      client.resource(service("late")).create();
      until(e -> seen(e, "late"));
      client.services().inNamespace("shop").withName("late").delete();
      until(e -> e.equals(new KubeEvent.ServiceGone(new ServiceKey("shop", "late"))));
    }
  }

  @Test
  void addsUpTheSlicesOfAService() {
    try (Watches _ = start(Set.of(Watches.Kind.ENDPOINT_SLICES))) {
      until(e -> e instanceof KubeEvent.Synced);
      ServiceKey web = new ServiceKey("shop", "web");
      slice("web-1", "node-1", true);
      until(e -> e.equals(new KubeEvent.EndpointsSeen(web, serving("node-1"))));
      slice("web-2", "node-2", true);
      until(e -> e.equals(new KubeEvent.EndpointsSeen(web, serving("node-1", "node-2"))));
      slice("web-3", "node-3", false);
      client.discovery().v1().endpointSlices().inNamespace("shop").withName("web-1").delete();
      until(e -> e.equals(new KubeEvent.EndpointsSeen(web, serving("node-2"))));
      client.discovery().v1().endpointSlices().inNamespace("shop").withName("web-2").delete();
      until(e -> e.equals(new KubeEvent.EndpointsSeen(web, Endpoints.NONE)));
    }
  }

  @Test
  void aMalformedPoolIsAProblemAndTheOthersGoOn() {
    client
        .genericKubernetesResources(MetalLb.POOLS)
        .inNamespace(NAMESPACE)
        .resource(
            new GenericKubernetesResourceBuilder()
                .withApiVersion("metallb.io/v1beta1")
                .withKind("IPAddressPool")
                .withMetadata(
                    new ObjectMetaBuilder().withName("odd").withNamespace(NAMESPACE).build())
                .addToAdditionalProperties("spec", Map.of("addresses", 7))
                .build())
        .create();
    try (Watches _ = start(Watches.FOR_CONTROLLER)) {
      KubeEvent.ConfigSeen seen =
          (KubeEvent.ConfigSeen) until(e -> e instanceof KubeEvent.ConfigSeen).getLast();
      assertEquals("edge", seen.config().pools().getFirst().name());
      assertEquals(
          "IPAddressPool odd: spec.addresses: \"7\" is not what belongs there; write a list",
          seen.problems().getFirst().toString());
    }
  }

  @Test
  void namespaceLabelsReachTheConfiguration() {
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName("shop")
                .addToLabels("team", "red")
                .endMetadata()
                .build())
        .create();
    IPAddressPool red = pool("red", "10.1.0.0/24");
    red.setSpec(
        new IPAddressPool.Spec(
            List.of("10.1.0.0/24"),
            null,
            null,
            new IPAddressPool.ServiceAllocation(
                1,
                null,
                List.of(new LabelSelectorBuilder().addToMatchLabels("team", "red").build()),
                null)));
    client.resource(red).create();
    try (Watches _ = start(Watches.FOR_CONTROLLER)) {
      until(e ->
          e instanceof KubeEvent.ConfigSeen c
              && c.config().pools().stream()
                  .anyMatch(p ->
                      p.allocation()
                          .map(a -> a.namespaces().equals(Set.of("shop")))
                          .orElse(false)));
    }
  }

  /** C101. */
  @Test
  void aNamespaceThatChangesInNothingButItsAnnotationsIsNoNews() {
    client.resource(namespace("red").build()).create();
    IPAddressPool pool = pool("red", "10.1.0.0/24");
    pool.setSpec(
        new IPAddressPool.Spec(
            List.of("10.1.0.0/24"),
            null,
            null,
            new IPAddressPool.ServiceAllocation(
                1,
                null,
                List.of(new LabelSelectorBuilder().addToMatchLabels("team", "red").build()),
                null)));
    client.resource(pool).create();
    try (Watches _ = start(Watches.FOR_CONTROLLER)) {
      until(e -> e instanceof KubeEvent.Synced);
      client
          .resource(
              namespace("red").editMetadata().addToAnnotations("note", "new").endMetadata().build())
          .update();
      client.resource(namespace("blue").build()).update();
      List<KubeEvent> news =
          until(e ->
              e instanceof KubeEvent.ConfigSeen c
                  && c.config().pools().stream()
                      .flatMap(p -> p.allocation().stream())
                      .allMatch(a -> a.namespaces().isEmpty()));
      assertEquals(
          1, news.stream().filter(KubeEvent.ConfigSeen.class::isInstance).count(), news::toString);
    }
  }

  private static NamespaceBuilder namespace(String team) {
    return new NamespaceBuilder()
        .withNewMetadata()
        .withName("shop")
        .addToLabels("team", team)
        .endMetadata();
  }

  @Test
  void startsWithoutAnApiServerAndCatchesUpWhenItComes() throws IOException {
    int port = freePort();
    try (Api later = Api.connect(config("http://127.0.0.1:" + port + "/"));
        Watches watches = start(later, Watches.FOR_SPEAKER)) {
      awaitTrouble(watches, true);
      assertFalse(watches.synced());
      assertFalse(watches.freshness().isFresh(Clock.system().nowMs(), 1_000_000));
      KubernetesMockServer late = crud();
      late.init(InetAddress.getLoopbackAddress(), port);
      try {
        until(e -> e instanceof KubeEvent.Synced);
        awaitTrouble(watches, false);
      } finally {
        destroy(late);
      }
      awaitTrouble(watches, true);
      assertTrue(watches.synced());
    }
  }

  @Test
  void podsOfTheSelectorAreListedByNode() throws InterruptedException {
    BlockingQueue<List<PodAddress>> lists = new LinkedBlockingQueue<>();
    pod("speaker-b", "node-b", "10.0.0.2", "speaker");
    pod("other", "node-a", "10.0.0.9", "other");
    try (PodAddresses _ =
        PodAddresses.watch(api, NAMESPACE, "component=speaker", Clock.system(), lists::add)) {
      assertEquals("[node-b 10.0.0.2]", text(lists.poll(10, TimeUnit.SECONDS)));
      pod("speaker-a", "node-a", "10.0.0.1", "speaker");
      assertEquals("[node-a 10.0.0.1, node-b 10.0.0.2]", text(lists.poll(10, TimeUnit.SECONDS)));
    }
  }

  private static String text(@Nullable List<PodAddress> list) {
    return String.valueOf(
        list == null ? null : list.stream().map(p -> p.node() + " " + p.ip()).toList());
  }

  private void awaitTrouble(Watches watches, boolean wanted) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (watches.freshness().troubleSinceMs().isPresent() != wanted) {
      assertTrue(System.nanoTime() < deadline, "trouble: still not " + wanted);
      Thread.onSpinWait();
    }
  }

  private Watches start(Set<Watches.Kind> kinds) {
    return start(api, kinds);
  }

  private Watches start(Api from, Set<Watches.Kind> kinds) {
    return Watches.start(from, NAMESPACE, kinds, Clock.system(), RawServices.IGNORED, events::add);
  }

  private List<KubeEvent> until(Predicate<KubeEvent> wanted) {
    List<KubeEvent> seen = new ArrayList<>();
    try {
      while (true) {
        KubeEvent event = events.poll(15, TimeUnit.SECONDS);
        if (event == null) {
          throw new AssertionError("never came; instead " + seen);
        }
        seen.add(event);
        if (wanted.test(event)) {
          return seen;
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean seen(KubeEvent event, String name) {
    return event instanceof KubeEvent.ServiceSeen s && s.service().key().name().equals(name);
  }

  private static boolean configured(KubeEvent event, String pool) {
    return event instanceof KubeEvent.ConfigSeen c
        && c.config().pools().stream().anyMatch(p -> p.name().equals(pool));
  }

  private static Endpoints serving(String... nodes) {
    return new Endpoints(true, Arrays.stream(nodes).map(NodeName::new).collect(Collectors.toSet()));
  }

  private static KubernetesMockServer crud() {
    return new KubernetesMockServer(
        new Context(),
        new MockWebServer(),
        new HashMap<>(),
        new KubernetesCrudDispatcher(List.of()),
        false);
  }

  private static void destroy(KubernetesMockServer server) {
    try {
      server.destroy();
    } catch (IllegalStateException e) {
      // On a busy machine the mock's own threads outlive its patience; it no longer listens.
      assertTrue(String.valueOf(e.getMessage()).contains("close"));
    }
  }

  private static Config config(String url) {
    return new ConfigBuilder().withAutoConfigure(false).withMasterUrl(url).build();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Service service(String name) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withType("LoadBalancer")
        .endSpec()
        .build();
  }

  private static IPAddressPool pool(String name, String range) {
    IPAddressPool pool = new IPAddressPool();
    pool.setMetadata(new ObjectMetaBuilder().withNamespace(NAMESPACE).withName(name).build());
    pool.setSpec(new IPAddressPool.Spec(List.of(range), null, null, null));
    return pool;
  }

  private void slice(String name, String node, boolean ready) {
    client
        .resource(
            new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .addToLabels("kubernetes.io/service-name", "web")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewEndpoint()
                .withAddresses("10.244.0.1")
                .withNodeName(node)
                .withNewConditions()
                .withReady(ready)
                .endConditions()
                .endEndpoint()
                .build())
        .create();
  }

  private void pod(String name, String node, String ip, String component) {
    client
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(name)
                .addToLabels("component", component)
                .endMetadata()
                .withNewSpec()
                .withNodeName(node)
                .endSpec()
                .withNewStatus()
                .withPodIP(ip)
                .withPhase("Running")
                .endStatus()
                .build())
        .create();
  }
}
