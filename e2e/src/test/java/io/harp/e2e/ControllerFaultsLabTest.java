package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.api.RealApi;
import io.harp.e2e.net.AgentProcess;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's process against kube-apiserver while both fail by a schedule made from a seed:
 * answers lost, slow or refused, watches cut and expired, the server killed and started again, the
 * controller killed before or after a write. Others change and delete Services meanwhile, and a
 * pool is broken. A seed that fails is kept.
 */
@NeedsLab(realApi = true)
class ControllerFaultsLabTest {

  private static final Logger log = LoggerFactory.getLogger(ControllerFaultsLabTest.class);

  private static final int SEEDS = 3;
  private static final int SERVICES = 10;
  private static final int DETOUR_PORT = 6444;
  private static final long PATIENCE_MS = 60_000;
  private static final long QUIET_MS = 1_500;

  private final AtomicInteger deaths = new AtomicInteger();
  private final Semaphore dying = new Semaphore(0);
  private final Map<String, Integer> faults = new ConcurrentHashMap<>();

  @Test
  void everyServiceHasItsOwnAddressWhateverFails() {
    try (Lab lab = Lab.start(LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.REAL));
        AddressHistory history = new AddressHistory(lab.api().client());
        AgentProcess detour = lab.detour(DETOUR_PORT)) {
      detour.listen(this::hear);
      pool(lab, "edge", "10.77.100.0/26");
      AtomicInteger lives = new AtomicInteger();
      LabProcess controller = start(lab, lives);
      for (long seed = 1; seed <= SEEDS; seed++) {
        long began = System.nanoTime();
        detour.tell("seed " + seed);
        controller = schedule(lab, history, controller, lives, seed);
        detour.tell("calm");
        settled(lab, history, seed);
        log.info("seed {}: {} ms", seed, (System.nanoTime() - began) / 1_000_000);
      }
      log.info("{} lives; faults: {}", lives.get(), new TreeMap<>(faults));
      assertEquals(
          Set.of(
              "CONFLICT",
              "CUT",
              "DEATH_AFTER",
              "DEATH_BEFORE",
              "ERROR",
              "EXPIRED",
              "LOST_ANSWER",
              "SLOW"),
          new TreeSet<>(faults.keySet()));
    }
  }

  /** Everybody does his part; returns the controller that lived to see the end. */
  private LabProcess schedule(
      Lab lab, AddressHistory history, LabProcess first, AtomicInteger lives, long seed) {
    LabProcess controller = first;
    CompletableFuture<Void> user =
        CompletableFuture.runAsync(() -> use(lab, seed), Thread::startVirtualThread);
    CompletableFuture<Void> crash =
        CompletableFuture.runAsync(() -> crash(lab, history, seed), Thread::startVirtualThread);
    Set<String> wanted = wanted(seed);
    long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (!crash.isDone()
        || !user.isDone()
        || !history.now().keySet().containsAll(wanted)
        || dying.availablePermits() > 0) {
      assertTrue(System.nanoTime() < deadline, () -> "seed " + seed + ": " + history.now());
      if (dying.tryAcquire()) {
        controller.kill();
        controller = start(lab, lives);
      }
      LockSupport.parkNanos(5_000_000);
    }
    user.join();
    crash.join();
    return controller;
  }

  /** The server dies when some Services, and not yet all, have an address. */
  private static void crash(Lab lab, AddressHistory history, long seed) {
    Random random = new Random(seed);
    int given = random.nextInt(SERVICES / 2);
    history.await("an API server to kill", PATIENCE_MS, () -> of(history, seed) >= given);
    RealApi api = (RealApi) lab.api();
    api.crash();
    LockSupport.parkNanos(random.nextInt(500) * 1_000_000L);
    api.recover();
  }

  private static long of(AddressHistory history, long seed) {
    return history.now().keySet().stream().filter(n -> n.startsWith("seed" + seed + "-")).count();
  }

  private static Set<String> wanted(long seed) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < SERVICES; i++) {
      if (i % 4 != 3) {
        names.add(name(seed, i));
      }
    }
    return names;
  }

  private static String name(long seed, int i) {
    return "seed" + seed + "-" + i;
  }

  /** Every fourth Service goes again, every third is changed under the controller's hands. */
  private static void use(Lab lab, long seed) {
    KubernetesClient client = lab.api().client();
    pool(lab, "overlapping", "10.77.100.0/28");
    for (int i = 0; i < SERVICES; i++) {
      Service service = service(name(seed, i));
      until(() -> client.resource(service).create());
      for (int change = 0; i % 3 == 0 && change < 3; change++) {
        String value = "" + change;
        until(() ->
            lab.cluster().annotate(service.getMetadata().getName(), "example.com/change", value));
      }
      if (i % 4 == 3) {
        until(() -> client.resource(service).delete());
      }
    }
    until(() ->
        client
            .genericKubernetesResources("metallb.io/v1beta1", "IPAddressPool")
            .inNamespace(LabPlan.NAMESPACE)
            .withName("overlapping")
            .delete());
  }

  /** A step of a user, who tries until the server lets him, or did so without saying it. */
  private static void until(Runnable step) {
    long deadline = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (true) {
      try {
        step.run();
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() == 409 && String.valueOf(e.getMessage()).contains("already exists")) {
          return;
        }
        assertTrue(System.nanoTime() < deadline, e.toString());
        LockSupport.parkNanos(100_000_000);
      }
    }
  }

  /**
   * No address twice, none changed, counters right, the state sound, and nothing written at rest.
   */
  private static void settled(Lab lab, AddressHistory history, long seed) {
    String where = "seed " + seed;
    assertEquals(Set.of(), history.twice(), where);
    assertEquals(Map.of(), history.moved(), where);
    history.await(where + ": counters", 15_000, () -> assigned(lab) == history.now().size());
    history.await(where + ": a sound state", 15_000, () -> state(lab).equals("True"));
    RealApi api = (RealApi) lab.api();
    Map<String, Integer> before;
    Map<String, Integer> after = api.writesByKind();
    long deadline = System.nanoTime() + 15_000_000_000L;
    do {
      before = after;
      assertTrue(System.nanoTime() < deadline, where + ": never quiet: " + before);
      LockSupport.parkNanos(QUIET_MS * 1_000_000);
      after = api.writesByKind();
    } while (!before.equals(after));
    assertEquals(history.now().size(), new HashSet<>(history.now().values()).size(), where);
  }

  private static long assigned(Lab lab) {
    return lab.api()
                    .client()
                    .genericKubernetesResources("metallb.io/v1beta1", "IPAddressPool")
                    .inNamespace(LabPlan.NAMESPACE)
                    .withName("edge")
                    .get()
                    .getAdditionalProperties()
                    .get("status")
                instanceof Map<?, ?> status
            && status.get("assignedIPv4") instanceof Number number
        ? number.longValue()
        : -1;
  }

  private static String state(Lab lab) {
    var state =
        lab.api()
            .client()
            .genericKubernetesResources("metallb.io/v1beta1", "ConfigurationState")
            .inNamespace(LabPlan.NAMESPACE)
            .withName("controller")
            .get();
    if (state == null) {
      return "";
    }
    Object status = state.get("status", "conditions", 0, "status");
    return String.valueOf(status);
  }

  private void hear(String report) {
    if (report.startsWith("fault ")) {
      String kind = report.split(" ", 3)[1];
      faults.merge(kind, 1, Integer::sum);
      if (kind.startsWith("DEATH")) {
        log.info("{} {}", deaths.incrementAndGet(), report);
        dying.release();
      }
    }
  }

  private static LabProcess start(Lab lab, AtomicInteger lives) {
    return lab.startController(
        "controller-" + lives.incrementAndGet(),
        Map.of("KUBERNETES_MASTER", "http://127.0.0.1:" + DETOUR_PORT));
  }

  private static void pool(Lab lab, String name, String addresses) {
    until(() ->
        lab.cluster()
            .applyYaml(
                """
                apiVersion: metallb.io/v1beta1
                kind: IPAddressPool
                metadata: {name: %s, namespace: metallb-system}
                spec: {addresses: ["%s"]}
                """
                    .formatted(name, addresses)));
  }

  private static Service service(String name) {
    return new ServiceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .endMetadata()
        .withNewSpec()
        .withType("LoadBalancer")
        .addNewPort()
        .withPort(80)
        .endPort()
        .endSpec()
        .build();
  }
}
