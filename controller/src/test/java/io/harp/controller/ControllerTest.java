package io.harp.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.config.Config;
import io.harp.config.Problem;
import io.harp.controller.allocation.Note;
import io.harp.controller.allocation.PoolUse;
import io.harp.controller.status.Wanted;
import io.harp.kube.KubeEvent;
import io.harp.model.AddressRange;
import io.harp.model.Ipv4;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.LbService.Port;
import io.harp.model.Pool;
import io.harp.model.ServiceKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControllerTest {

  /** What the controller did, in order. */
  private static final class Recorded implements Effects {
    final List<String> log = new ArrayList<>();
    int counted;

    @Override
    public boolean status(LbService service, Wanted wanted) {
      if (wanted.isSaidBy(service)) {
        return false;
      }
      log.add(service.key().name() + "=" + wanted.addresses());
      return true;
    }

    @Override
    public void note(ServiceKey about, Note note) {
      log.add(about.name() + ":" + note.reason());
    }

    @Override
    public void problems(List<Problem> problems) {}

    @Override
    public void usage(List<PoolUse> usage) {
      counted++;
    }
  }

  private final Recorded did = new Recorded();
  private final Controller controller = new Controller(Optional.empty(), did);

  @Test
  void nothingIsDecidedBeforeEverythingIsKnown() {
    controller.handle(new KubeEvent.ServiceSeen(service("new", "", "")));
    controller.handle(new KubeEvent.ServiceSeen(service("old", "10.0.0.1", "")));
    controller.handle(new KubeEvent.ConfigSeen(config(), List.of()));
    assertEquals(List.of(), did.log);
    controller.handle(new KubeEvent.Synced());
    assertEquals(List.of("old=[10.0.0.1]", "new=[10.0.0.0]", "new:IPAllocated"), did.log);
  }

  @Test
  void aReasonIsToldOnceHoweverOftenItIsFound() {
    ready();
    controller.handle(new KubeEvent.ServiceSeen(service("a", "", "")));
    controller.handle(new KubeEvent.ServiceSeen(service("b", "", "")));
    did.log.clear();
    for (int i = 0; i < 3; i++) {
      controller.handle(new KubeEvent.ServiceSeen(service("c", "", "")));
    }
    assertEquals(List.of("c:AllocationFailed"), did.log);
    controller.handle(new KubeEvent.ServiceGone(service("c", "", "").key()));
    controller.handle(new KubeEvent.ServiceSeen(service("c", "", "")));
    assertEquals(List.of("c:AllocationFailed", "c:AllocationFailed"), did.log);
  }

  /** A140. */
  @ParameterizedTest(name = "flag {0}, class {1}")
  @CsvSource({
    "'', '', true",
    "foo, '', false",
    "'', foo, false",
    "bar, foo, false",
    "foo, foo, true"
  })
  void onlyOurClassIsServed(String flag, String lbClass, boolean served) {
    Controller classy = new Controller(Optional.of(flag).filter(f -> !f.isEmpty()), did);
    classy.handle(new KubeEvent.ConfigSeen(config(), List.of()));
    classy.handle(new KubeEvent.Synced());
    classy.handle(new KubeEvent.ServiceSeen(service("s", "", lbClass)));
    assertEquals(served, did.log.contains("s=[10.0.0.0]"));
    if (!served) {
      assertEquals(List.of(), did.log);
    }
  }

  /** A141. */
  @Test
  void aClassNobodyServesNeverGetsAnAddress() {
    ready();
    controller.handle(new KubeEvent.ServiceSeen(service("s", "", "foo")));
    controller.handle(new KubeEvent.ConfigSeen(Config.EMPTY, List.of()));
    controller.handle(new KubeEvent.ConfigSeen(config(), List.of()));
    controller.handle(new KubeEvent.ServiceSeen(service("s", "", "foo")));
    assertEquals(List.of(), did.log);
  }

  /** A133: nothing is given and nothing is taken until somebody says what there is. */
  @Test
  void withoutAConfigurationNothingIsDecided() {
    controller.handle(new KubeEvent.ServiceSeen(service("new", "", "")));
    controller.handle(new KubeEvent.ServiceSeen(service("old", "10.0.0.1", "")));
    controller.handle(new KubeEvent.Synced());
    controller.handle(new KubeEvent.ServiceSeen(service("late", "10.0.0.0", "")));
    assertEquals(List.of(), did.log);
    controller.handle(new KubeEvent.ConfigSeen(config(), List.of()));
    assertEquals(
        List.of("late=[10.0.0.0]", "old=[10.0.0.1]", "new:AllocationFailed"),
        did.log.stream().sorted(Comparator.comparing(s -> s.contains(":"))).toList());
  }

  @Test
  void countersAreToldOnceForManyServices() {
    ready();
    controller.tick(1_000);
    assertEquals(1, did.counted);
    for (int i = 0; i < 50; i++) {
      controller.handle(new KubeEvent.ServiceSeen(service("s" + i, "", "")));
      controller.tick(1_001);
    }
    controller.tick(2_000);
    controller.tick(3_000);
    assertEquals(2, did.counted);
  }

  @Test
  void aPoolIsCountedBeforeItsFirstServiceAndAfterItsLast() {
    controller.handle(new KubeEvent.ConfigSeen(config(), List.of()));
    controller.tick(0);
    assertEquals(0, did.counted, "nothing is known of Services yet");
    controller.handle(new KubeEvent.Synced());
    controller.tick(1_000);
    assertEquals(1, did.counted);
    controller.handle(new KubeEvent.ServiceSeen(service("s", "", "")));
    controller.tick(2_000);
    controller.handle(new KubeEvent.ServiceGone(service("s", "", "").key()));
    controller.tick(3_000);
    assertEquals(3, did.counted);
  }

  private void ready() {
    controller.handle(new KubeEvent.ConfigSeen(config(), List.of()));
    controller.handle(new KubeEvent.Synced());
  }

  private static Config config() {
    return new Config(
        List.of(
            new Pool(
                "lan",
                Map.of(),
                List.of(new AddressRange(Ipv4.parse("10.0.0.0"), Ipv4.parse("10.0.0.1"))),
                true,
                false,
                Optional.empty())),
        List.of(),
        Set.of());
  }

  private static LbService service(String name, String ip, String lbClass) {
    return new LbService(
        new ServiceKey("shop", name),
        Map.of(),
        true,
        Optional.of(lbClass).filter(c -> !c.isEmpty()),
        List.of("10.96.0.1"),
        List.of(),
        FamilyPolicy.SINGLE_STACK,
        false,
        Set.of(new Port("TCP", 80)),
        Map.of(),
        Map.of(),
        Optional.empty(),
        ip.isEmpty() ? List.of() : List.of(ip),
        "1");
  }
}
