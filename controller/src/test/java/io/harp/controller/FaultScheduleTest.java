package io.harp.controller;

import static io.harp.controller.Samples.pool;
import static io.harp.controller.Samples.service;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.harp.kube.Api;
import io.harp.loop.Clock;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Terms of a controller against an API that fails by a schedule made from a seed: conflicts,
 * errors, answers that are lost after the write was made, expired watches, slow answers, and the
 * end of the process at a write. A seed that fails is kept.
 */
class FaultScheduleTest {

  private static final String NAMESPACE = "metallb-system";
  private static final int SEEDS = 6;
  private static final int SERVICES = 8;

  /** How often each request is subject to a fault, so that the faults end. */
  private static final int FAULTY_TIMES = 2;

  private static final int DEATHS = 2;

  private enum Fault {
    NONE,
    CONFLICT,
    ERROR,
    GONE,
    LOST_ANSWER,
    SLOW,
    DEATH_BEFORE,
    DEATH_AFTER
  }

  /** The embedded API with faults. */
  private static final class FaultyApi extends KubernetesCrudDispatcher {
    private final long seed;
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private final AtomicInteger deaths = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    volatile String living = "";
    volatile AtomicBoolean alive = new AtomicBoolean();

    FaultyApi(long seed) {
      super(List.of());
      this.seed = seed;
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
      String agent = String.valueOf(request.getHeader("User-Agent"));
      if (agent.equals("user")) {
        return super.dispatch(request);
      }
      if (!agent.equals(living) || !alive.get()) {
        return failure(503); // of a process that is dead: it never arrived
      }
      boolean write = !request.getMethod().equals("GET");
      if (write && !request.getPath().contains("/events")) {
        writes.incrementAndGet();
      }
      return switch (fault(request, write)) {
        case NONE -> super.dispatch(request);
        case CONFLICT -> failure(409);
        case ERROR -> failure(500);
        case GONE -> failure(410);
        case LOST_ANSWER -> {
          super.dispatch(request);
          yield failure(500);
        }
        case SLOW -> super.dispatch(request).setBodyDelay(50, TimeUnit.MILLISECONDS);
        case DEATH_BEFORE -> {
          alive.set(false);
          yield failure(503);
        }
        case DEATH_AFTER -> {
          super.dispatch(request);
          alive.set(false);
          yield failure(503);
        }
      };
    }

    /** Depends on the seed and on how often this was asked, not on how threads are scheduled. */
    private Fault fault(RecordedRequest request, boolean write) {
      String path =
          request.getPath().replaceAll("\\?.*watch=true.*", " watch").replaceAll("\\?.*", "");
      String what = request.getMethod() + " " + path;
      int times = asked.merge(what, 1, Integer::sum);
      if (times > FAULTY_TIMES) {
        return Fault.NONE;
      }
      int drawn = new Random(seed * 31 + (what + times).hashCode()).nextInt(100);
      if (!write) {
        return drawn < 70 ? Fault.NONE : drawn < 85 ? Fault.ERROR : Fault.GONE;
      }
      boolean status = path.endsWith("/status") && path.contains("/services/");
      if (status && drawn >= 80 && deaths.getAndIncrement() < DEATHS) {
        return drawn < 90 ? Fault.DEATH_BEFORE : Fault.DEATH_AFTER;
      }
      return drawn < 30
          ? Fault.NONE
          : drawn < 45
              ? Fault.CONFLICT
              : drawn < 60 ? Fault.ERROR : drawn < 75 ? Fault.LOST_ANSWER : Fault.SLOW;
    }

    private static MockResponse failure(int code) {
      return new MockResponse()
          .setResponseCode(code)
          .setHeader("Content-Type", "application/json")
          .setBody(
              "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":"
                  + code
                  + ",\"message\":\"by schedule\"}");
    }
  }

  /** All at once, since a schedule consists of waiting. */
  @Test
  void everyServiceHasItsOwnAddressWhateverFails() throws InterruptedException {
    Map<Long, Throwable> failed = new ConcurrentHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (long seed = 1; seed <= SEEDS; seed++) {
        long one = seed;
        threads.execute(() -> {
          try {
            schedule(one);
          } catch (RuntimeException | AssertionError e) {
            failed.put(one, e);
          }
        });
      }
      threads.shutdown();
      assertTrue(threads.awaitTermination(120, TimeUnit.SECONDS), "schedules that never ended");
    }
    assertEquals(Map.of(), failed);
  }

  private static void schedule(long seed) {
    FaultyApi api = new FaultyApi(seed);
    KubernetesMockServer server =
        new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), api, false);
    server.init();
    List<Api> clients = new ArrayList<>();
    try (KubernetesClient user = user(server)) {
      user.resource(pool("edge", "10.0.0.0/29")).create();
      for (int i = 0; i < SERVICES; i++) {
        user.resource(service("s" + i)).create();
      }
      run(api, server, user, clients);
    } finally {
      clients.forEach(Api::close);
      try {
        server.destroy();
      } catch (IllegalStateException e) {
        // On a busy machine the mock's own threads outlive its patience; it no longer listens.
        assertTrue(String.valueOf(e.getMessage()).contains("close"));
      }
    }
  }

  private static void run(
      FaultyApi api, KubernetesMockServer server, KubernetesClient user, List<Api> clients) {
    List<String> kept = new ArrayList<>();
    for (int life = 1; ; life++) {
      AtomicBoolean alive = new AtomicBoolean(true);
      api.living = "life-" + life;
      api.alive = alive;
      Api client = client(server, api.living);
      clients.add(client); // closed last: events may still be under way
      Term term = new Term(settings(), client, Clock.system(), alive::get, metrics());
      term.begin(life > 1, api.living);
      await(() -> !alive.get() || served(user) && term.unwritten() == 0);
      if (alive.get()) {
        assertTrue(addresses(user).containsAll(kept), "moved: " + kept);
        assertEquals(
            SERVICES,
            addresses(user).stream().map(a -> a.substring(a.indexOf('='))).distinct().count(),
            "an address twice");
        quiet(api);
        term.end();
        return;
      }
      kept.addAll(addresses(user));
      term.end();
    }
  }

  /** Nothing is written once all is said. */
  private static void quiet(FaultyApi api) {
    AtomicInteger before = new AtomicInteger(-1);
    await(() -> {
      pause(1_200); // counters of pools are written at most once a second
      return before.getAndSet(api.writes.get()) == api.writes.get();
    });
  }

  private static boolean served(KubernetesClient user) {
    return addresses(user).size() == SERVICES;
  }

  private static List<String> addresses(KubernetesClient user) {
    return user.services().inNamespace("shop").list().getItems().stream()
        .filter(s -> s.getStatus() != null && s.getStatus().getLoadBalancer() != null)
        .flatMap(s ->
            s.getStatus().getLoadBalancer().getIngress().stream()
                .map(i -> s.getMetadata().getName() + "=" + i.getIp()))
        .toList();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "never came");
      pause(20);
    }
  }

  private static void pause(long ms) {
    try {
      TimeUnit.MILLISECONDS.sleep(ms);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static KubernetesClient user(KubernetesMockServer server) {
    return new KubernetesClientBuilder().withConfig(config(server, "user")).build();
  }

  private static Api client(KubernetesMockServer server, String agent) {
    return Api.connect(config(server, agent), Api.Traffic.MUCH);
  }

  private static Config config(KubernetesMockServer server, String agent) {
    return new ConfigBuilder()
        .withAutoConfigure(false)
        .withMasterUrl(server.url("/"))
        .withUserAgent(agent)
        .withHttp2Disable(true)
        .build();
  }

  private static ControllerMetrics metrics() {
    return new ControllerMetrics(new PrometheusRegistry(), () -> true, () -> 0, () -> 0);
  }

  private static Settings settings() {
    return new Settings(
        NAMESPACE,
        Optional.empty(),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Optional.empty(),
        "controller-0",
        true,
        false,
        Optional.empty());
  }
}
