package io.harp.controller;

import static io.harp.controller.Samples.pool;
import static io.harp.controller.Samples.service;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.harp.kube.Api;
import io.harp.kube.crd.ConfigurationState;
import io.harp.kube.crd.IPAddressPool;
import io.harp.kube.crd.MetalLb;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A whole controller against the embedded API. */
class DaemonTest {

  private static final String NAMESPACE = "metallb-system";

  private final KubernetesMockServer server =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(List.of()),
          false);
  private Api api = connect();
  private final KubernetesClient client = server.createClient();
  private Daemon daemon = start(api);

  private Api connect() {
    if (server.getRequestCount() == 0) {
      server.init();
    }
    return Api.connect(
        new ConfigBuilder().withAutoConfigure(false).withMasterUrl(server.url("/")).build(),
        Api.Traffic.MUCH);
  }

  @BeforeEach
  void aPool() {
    client.resource(pool("edge", "10.77.100.0/31")).create();
  }

  @AfterEach
  void stop() {
    daemon.close();
    api.close();
    client.close();
    try {
      server.destroy();
    } catch (IllegalStateException e) {
      // On a busy machine the mock's own threads outlive its patience; it no longer listens.
      assertTrue(String.valueOf(e.getMessage()).contains("close"));
    }
  }

  @Test
  void aNewServiceGetsAnAddressAndAnEvent() {
    client.resource(service("web")).create();
    await("an address", () -> ip("web").equals("10.77.100.0"));
    // The pool may be seen after the Service; then there is a first event that says so.
    await("an event", () -> reasons("web").contains("IPAllocated"));
    List<Event> allocated =
        events("web").stream().filter(e -> e.getReason().equals("IPAllocated")).toList();
    assertEquals(1, allocated.size());
    Event event = allocated.getFirst();
    assertEquals("assigned [\"10.77.100.0\"] from pool edge", event.getMessage());
    assertEquals("metallb-controller", event.getSource().getComponent());
    assertEquals("Service", event.getInvolvedObject().getKind());
  }

  @Test
  void aDeletedServiceFreesItsAddressForOneThatWaits() {
    client.resource(service("a")).create();
    client.resource(service("b")).create();
    await("both", () -> !ip("a").isEmpty() && !ip("b").isEmpty());
    client.resource(service("c")).create();
    await("a reason", () -> reasons("c").contains("AllocationFailed"));
    String freed = ip("a");
    client.services().inNamespace("shop").withName("a").delete();
    await("the freed address", () -> ip("c").equals(freed));
  }

  @Test
  void aRestartWritesNothingAndMovesNobody() {
    for (String name : List.of("z", "b")) {
      client.resource(service(name)).create();
      await("an address", () -> !ip(name).isEmpty());
    }
    await("counters", () -> counters("edge").equals("2/0"));
    String before = version("z") + version("b");
    daemon.close();
    api.close();
    api = connect();
    daemon = start(api);
    await("ready", () -> page("/readyz").equals("ok\n"));
    // A third Service is decided after all that was found at the start.
    client.resource(service("late")).create();
    await("a reason", () -> reasons("late").contains("AllocationFailed"));
    assertEquals(before, version("z") + version("b"));
    assertEquals("10.77.100.0", ip("z"));
  }

  @Test
  void aMalformedPoolIsReportedAndTheOthersGoOn() {
    client.resource(pool("bad", "10.0.0.5")).create();
    client.resource(service("web")).create();
    await("an address", () -> !ip("web").isEmpty());
    await(
        "an event",
        () ->
            client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .anyMatch(e ->
                    e.getInvolvedObject().getName().equals("bad")
                        && e.getMessage().contains("10.0.0.5/32")));
    assertTrue(page("/metrics").contains("metallb_k8s_client_config_stale_bool 1"));
  }

  /** C094, C096, C097, C098. */
  @Test
  void theStateSaysWhatIsWrongAndComesBackWhenDeleted() {
    await("valid", () -> state().equals("Valid "));
    client.resource(pool("bad", "10.0.0.5")).create();
    await("invalid", () -> state().startsWith("Invalid configuration error: IPAddressPool bad"));
    client
        .resources(ConfigurationState.class)
        .inNamespace(NAMESPACE)
        .withName("controller")
        .delete();
    await("again", () -> state().startsWith("Invalid configuration error: IPAddressPool bad"));
    client.resources(IPAddressPool.class).inNamespace(NAMESPACE).withName("bad").delete();
    await("valid again", () -> state().equals("Valid "));
  }

  /** C076, C078, C079: objects of BGP spoil nothing. */
  @Test
  void objectsOfBgpAreNamedAndDoNoHarm() {
    GenericKubernetesResource peer = new GenericKubernetesResource();
    peer.setApiVersion("metallb.io/v1beta2");
    peer.setKind("BGPPeer");
    peer.setMetadata(new ObjectMetaBuilder().withNamespace(NAMESPACE).withName("tor").build());
    peer.setAdditionalProperty("spec", Map.of("peerAddress", "not an address"));
    client
        .genericKubernetesResources(MetalLb.BGP_PEERS)
        .inNamespace(NAMESPACE)
        .resource(peer)
        .create();
    // The embedded API stands still for a minute when it tells a watch that is being closed of a
    // write.
    await("valid", () -> state().equals("Valid "));
    daemon.close();
    daemon = start(api);
    await("a condition", () -> conditions().contains("NotServed=1 BGPPeer: not served"));
    assertEquals("Valid ", state());
    client.resource(service("web")).create();
    await("an address", () -> !ip("web").isEmpty());
  }

  /** A163. */
  @Test
  void countersOverwrittenByHandAreSetRight() {
    client.resource(service("web")).create();
    await("counters", () -> counters("edge").equals("1/1"));
    var pools = client.resources(IPAddressPool.class).inNamespace(NAMESPACE);
    IPAddressPool pool = pools.withName("edge").get();
    pool.setStatus(new IPAddressPool.Status(7, 7, 7, 7));
    client.resource(pool).updateStatus();
    await("set right", () -> counters("edge").equals("1/1"));
  }

  @Test
  void theCountersOfAPoolFollow() {
    client.resource(service("web")).create();
    await("counters", () -> counters("edge").equals("1/1"));
    String metrics = page("/metrics");
    assertTrue(metrics.contains("metallb_allocator_addresses_total{pool=\"edge\"} 2"), metrics);
    assertTrue(metrics.contains("metallb_allocator_addresses_in_use_total{pool=\"edge\"} 1"));
  }

  /** A140: of another class. */
  @Test
  void aServiceOfAClassIsNotTouched() {
    Service foreign = service("foreign");
    foreign.getSpec().setLoadBalancerClass("foo");
    client.resource(foreign).create();
    client.resource(service("web")).create();
    await("an address", () -> !ip("web").isEmpty());
    assertEquals("", ip("foreign"));
  }

  private static Daemon start(Api api) {
    try {
      return Daemon.start(
          new Settings(
              NAMESPACE,
              Optional.empty(),
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              Optional.empty(),
              "controller-0",
              true,
              false,
              Optional.empty()),
          api);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("never came: " + what);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private Service read(String name) {
    return client.services().inNamespace("shop").withName(name).get();
  }

  private String ip(String name) {
    Service service = read(name);
    return service.getStatus() == null || service.getStatus().getLoadBalancer() == null
        ? ""
        : String.join(
            ",",
            service.getStatus().getLoadBalancer().getIngress().stream()
                .map(LoadBalancerIngress::getIp)
                .toList());
  }

  private String version(String name) {
    return read(name).getMetadata().getResourceVersion() + " ";
  }

  private List<Event> events(String name) {
    return client.v1().events().inNamespace("shop").list().getItems().stream()
        .filter(e -> e.getInvolvedObject().getName().equals(name))
        .toList();
  }

  private List<String> reasons(String name) {
    return events(name).stream().map(Event::getReason).toList();
  }

  private String counters(String pool) {
    IPAddressPool.Status status =
        client
            .resources(IPAddressPool.class)
            .inNamespace(NAMESPACE)
            .withName(pool)
            .get()
            .getStatus();
    return status == null ? "" : status.assignedIPv4() + "/" + status.availableIPv4();
  }

  private String page(String path) {
    Supplier<HttpRequest> request =
        () ->
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + daemon.port() + path)).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.get(), HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String state() {
    ConfigurationState state =
        client
            .resources(ConfigurationState.class)
            .inNamespace(NAMESPACE)
            .withName("controller")
            .get();
    return state == null || state.getStatus() == null
        ? ""
        : state.getStatus().result() + " " + state.getStatus().errorSummary();
  }

  private String conditions() {
    ConfigurationState state =
        client
            .resources(ConfigurationState.class)
            .inNamespace(NAMESPACE)
            .withName("controller")
            .get();
    return state == null || state.getStatus() == null || state.getStatus().conditions() == null
        ? ""
        : state.getStatus().conditions().stream()
            .map(c -> c.getType() + "=" + c.getMessage())
            .toList()
            .toString();
  }
}
