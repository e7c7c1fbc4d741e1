package io.harp.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.harp.config.ConfigBook;
import io.harp.config.Judgement;
import io.harp.config.Problem;
import io.harp.controller.allocation.Note;
import io.harp.controller.allocation.PoolUse;
import io.harp.controller.status.Wanted;
import io.harp.kube.Fields;
import io.harp.kube.KubeEvent;
import io.harp.kube.Translate;
import io.harp.model.LbService;
import io.harp.model.ServiceKey;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster as MetalLB leaves it is taken over as it is: nothing is written, nobody is told. */
class AdoptionTest {

  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  /** All that would reach the API server. */
  private static final class Written implements Effects {
    final List<String> log = new ArrayList<>();
    List<PoolUse> usage = List.of();

    @Override
    public boolean status(LbService service, Wanted wanted) {
      if (wanted.isSaidBy(service)) {
        return false;
      }
      log.add(service.key() + ": " + service.ingress() + " becomes " + wanted);
      return true;
    }

    @Override
    public void note(ServiceKey about, Note note) {
      log.add(about + ": " + note.message());
    }

    @Override
    public void problems(List<Problem> problems) {
      problems.forEach(p -> log.add(p.toString()));
    }

    @Override
    public void usage(List<PoolUse> now) {
      usage = now;
    }
  }

  private final Written written = new Written();
  private final Controller controller = new Controller(Optional.empty(), written);

  /** In the order of the dump, which is 0, and in others. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
  void nothingIsWrittenWhateverComesFirst(int seed) throws IOException {
    List<KubeEvent> events = new ArrayList<>(services());
    events.add(configuration());
    if (seed > 0) {
      Collections.shuffle(events, new Random(seed));
    }
    events.forEach(controller::handle);
    controller.handle(new KubeEvent.Synced());
    assertEquals(List.of(), written.log);
  }

  @Test
  void everyAddressIsKnownToBeTaken() throws IOException {
    services().forEach(controller::handle);
    controller.handle(configuration());
    controller.handle(new KubeEvent.Synced());
    controller.tick(0);
    assertEquals(
        "edge 7+3, reserved 3+0, six 0+1, team-a 1+0",
        written.usage.stream()
            .map(u -> u.pool() + " " + u.used4() + "+" + u.used6())
            .sorted()
            .collect(Collectors.joining(", ")));
  }

  private static KubeEvent configuration() throws IOException {
    ConfigBook book = new ConfigBook();
    for (Map<String, Object> pool : dump("pools")) {
      book.put(Translate.pool(new Fields("", pool)).value().orElseThrow());
    }
    Judgement judgement = book.judge();
    return new KubeEvent.ConfigSeen(judgement.config(), judgement.problems());
  }

  private static List<KubeEvent> services() throws IOException {
    List<KubeEvent> services = new ArrayList<>();
    for (Map<String, Object> service : dump("services")) {
      services.add(new KubeEvent.ServiceSeen(Translate.service(new Fields("", service))));
    }
    assertTrue(services.size() > 12);
    return services;
  }

  private static List<Map<String, Object>> dump(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            AdoptionTest.class.getResourceAsStream("/metallb/" + name + ".yaml"))) {
      return YAML.unmarshal(in, Dump.class).items();
    }
  }

  private record Dump(String apiVersion, String kind, List<Map<String, Object>> items) {}
}
