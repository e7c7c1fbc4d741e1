package io.harp.controller.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.controller.allocation.Scene.Svc;
import io.harp.model.Address;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.LbService.Port;
import io.harp.model.ServiceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * What holds whatever users do, in any order. Pools are small, so that Services get in each other's
 * way.
 */
class AllocatorPropertiesTest {

  private static final List<String[]> CONFIGURATIONS =
      List.of(
          new String[] {"a[1.0.0.0/30, fc00::/126]", "b[1.0.1.254-1.0.2.1; buggy=avoid]"},
          new String[] {"a[1.0.0.0/31, fc00::/127]", "b[1.0.1.254-1.0.2.1]"},
          new String[] {"c[1.0.0.0/30, fc00::/126]", "b[1.0.1.254-1.0.2.1; ns=ns1; prio=3]"},
          new String[] {"a[fc00::2/127, 1.0.0.2/31]"},
          new String[] {"a[1.0.0.0/30; auto=false]", "b[fc00::/126; sel=tier=web]"});

  /** One thing a user does. */
  sealed interface Act {
    record Put(
        int name,
        int port,
        String key,
        int family,
        boolean local,
        String pool,
        Optional<String> ip,
        boolean loadBalancer)
        implements Act {}

    record Delete(int name) implements Act {}

    record Configure(int configuration) implements Act {}

    record Restart() implements Act {}
  }

  @Property(tries = 400)
  void noAddressIsGivenTwiceUnlessLegallyShared(@ForAll("acts") List<Act> acts) {
    Scene scene = Scene.of(CONFIGURATIONS.getFirst());
    for (Act act : acts) {
      apply(scene, act);
      checkSharing(scene);
    }
  }

  @Property(tries = 200)
  void whatIsRegisteredIsWhatTheStatusSaysAndTheCountersAgree(@ForAll("acts") List<Act> acts) {
    Scene scene = Scene.of(CONFIGURATIONS.getFirst());
    for (Act act : acts) {
      apply(scene, act);
      Map<String, Set<Address>> used = new HashMap<>();
      for (LbService service : scene.api().values()) {
        List<Address> registered =
            scene.books().holding(service.key()).map(Holding::addresses).orElse(List.of());
        assertEquals(service.ingress(), registered.stream().map(Address::toString).toList());
        scene
            .books()
            .holding(service.key())
            .ifPresent(
                h -> used.computeIfAbsent(h.pool(), _ -> new HashSet<>()).addAll(h.addresses()));
      }
      for (PoolUse use : scene.books().usage()) {
        assertEquals(used.getOrDefault(use.pool(), Set.of()).size(), use.used4() + use.used6());
        assertTrue(use.free4() >= 0 && use.free6() >= 0);
      }
    }
  }

  @Property(tries = 200)
  void lookingAgainChangesNothing(@ForAll("acts") List<Act> acts) {
    Scene scene = Scene.of(CONFIGURATIONS.getFirst());
    acts.forEach(act -> apply(scene, act));
    int writes = scene.writes;
    Map<ServiceKey, LbService> before = new TreeMap<>(scene.api());
    for (int round = 0; round < 3; round++) {
      before.keySet().forEach(key -> scene.again(key.toString()));
    }
    assertEquals(writes, scene.writes);
    assertEquals(before, scene.api());
  }

  @Property(tries = 200)
  void aRestartChangesNothing(@ForAll("acts") List<Act> acts) {
    Scene scene = Scene.of(CONFIGURATIONS.getFirst());
    acts.forEach(act -> apply(scene, act));
    int writes = scene.writes;
    Map<ServiceKey, LbService> before = new TreeMap<>(scene.api());
    scene.restart();
    assertEquals(before, scene.api());
    assertEquals(writes, scene.writes);
  }

  /** Nobody moves because of what others do, as long as pools stay. */
  @Property(tries = 200)
  void onlyTheServiceThatChangedMoves(@ForAll("acts") List<Act> acts) {
    Scene scene = Scene.of(CONFIGURATIONS.getFirst());
    for (Act act : acts) {
      Map<ServiceKey, LbService> before = new TreeMap<>(scene.api());
      apply(scene, act);
      if (act instanceof Act.Configure) {
        continue;
      }
      before.forEach((key, service) -> {
        LbService after = scene.api().get(key);
        boolean changed = act instanceof Act.Put put && key.name().equals("s" + put.name());
        if (after != null && !changed && !service.ingress().isEmpty()) {
          assertTrue(
              after.ingress().containsAll(service.ingress()),
              () -> key + " moved from " + service.ingress() + " to " + after.ingress());
        }
      });
    }
  }

  /** The free lists against plain enumeration. */
  @Property(tries = 200)
  void aPlainServiceGetsTheLowestFreeAddress(@ForAll("acts") List<Act> acts) {
    Scene scene = Scene.of("a[1.0.0.254-1.0.1.3; buggy=avoid]");
    acts.stream().filter(a -> !(a instanceof Act.Configure)).forEach(act -> apply(scene, act));
    TreeSet<Address> free = new TreeSet<>();
    for (String text : List.of("1.0.0.254", "1.0.1.1", "1.0.1.2", "1.0.1.3")) {
      free.add(Address.parse(text));
    }
    scene.api().keySet().stream()
        .flatMap(k -> scene.books().holding(k).stream())
        .forEach(h -> free.removeAll(h.addresses()));
    assertEquals(free.isEmpty() ? "" : free.getFirst().toString(), scene.service("zz/new").put());
  }

  @Provide
  Arbitrary<List<Act>> acts() {
    Arbitrary<Act> put =
        Combinators.combine(
                Arbitraries.integers().between(0, 7),
                Arbitraries.integers().between(80, 82),
                Arbitraries.of("", "", "k", "m"),
                Arbitraries.of(4, 4, 6, 46, 64),
                Arbitraries.of(true, false, false),
                Arbitraries.of("", "", "", "a", "b"),
                Arbitraries.of("1.0.0.1", "1.0.1.255", "fc00::1").optional(0.3),
                Arbitraries.of(true, true, true, true, false))
            .as(Act.Put::new);
    return Arbitraries.frequencyOf(
            Tuple.of(8, put),
            Tuple.of(3, Arbitraries.integers().between(0, 7).map(Act.Delete::new)),
            Tuple.of(
                1,
                Arbitraries.integers()
                    .between(0, CONFIGURATIONS.size() - 1)
                    .map(Act.Configure::new)),
            Tuple.of(1, Arbitraries.create(Act.Restart::new)))
        .list()
        .ofMaxSize(40);
  }

  private static void apply(Scene scene, Act act) {
    switch (act) {
      case Act.Put put -> put(scene, put);
      case Act.Delete delete -> {
        if (scene.api().containsKey(Scene.key("ns" + delete.name() % 2 + "/s" + delete.name()))) {
          scene.delete("ns" + delete.name() % 2 + "/s" + delete.name());
        }
      }
      case Act.Configure configure -> scene.pools(CONFIGURATIONS.get(configure.configuration()));
      case Act.Restart _ -> scene.restart();
    }
  }

  private static void put(Scene scene, Act.Put put) {
    Svc service =
        scene.service("ns" + put.name() % 2 + "/s" + put.name()).tcp(put.port()).labels("tier=web");
    switch (put.family()) {
      case 6 -> service.v6();
      case 46 -> service.dual(FamilyPolicy.PREFER_DUAL_STACK);
      case 64 -> service.dual(FamilyPolicy.REQUIRE_DUAL_STACK);
      default -> {}
    }
    if (put.local()) {
      service.local("app=x");
    }
    if (!put.key().isEmpty()) {
      service.key(put.key());
    }
    if (!put.pool().isEmpty()) {
      service.pool(put.pool());
    }
    put.ip().ifPresent(service::ips);
    service.type(put.loadBalancer() ? "LoadBalancer" : "ClusterIP").put();
  }

  private static void checkSharing(Scene scene) {
    Map<String, List<LbService>> users = new HashMap<>();
    for (LbService service : scene.api().values()) {
      service
          .ingress()
          .forEach(ip -> users.computeIfAbsent(ip, _ -> new ArrayList<>()).add(service));
    }
    users.forEach((ip, services) -> {
      Set<Port> ports = new HashSet<>();
      for (LbService service : services) {
        for (Port port : service.ports()) {
          assertTrue(ports.add(port), () -> ip + " has " + port + " twice: " + services);
        }
      }
      long ways =
          services.stream().map(s -> Sharing.of(s, Request.of(s).sharingKey())).distinct().count();
      assertTrue(ways == 1, () -> ip + " is shared by strangers: " + services);
      assertTrue(
          services.size() == 1 || !Request.of(services.getFirst()).sharingKey().isEmpty(),
          () -> ip + " is shared without a key: " + services);
    });
  }
}
