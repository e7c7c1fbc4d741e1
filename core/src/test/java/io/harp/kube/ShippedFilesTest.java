package io.harp.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.config.ConfigBook;
import io.harp.config.Judgement;
import io.harp.kube.Watches.Kind;
import io.harp.model.LbService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The examples mean what they should, and the rights are those the daemons use. */
class ShippedFilesTest {

  private static final Pattern DOCUMENT = Pattern.compile("^---$", Pattern.MULTILINE);

  @Test
  void theExamplePoolIsTakenAndAdvertised() throws IOException {
    List<Fields> objects = objects("examples/pool.yaml");
    ConfigBook book = new ConfigBook();
    book.put(Translate.pool(objects.get(0)).value().orElseThrow());
    book.put(Translate.advertisement(objects.get(1)).value().orElseThrow());
    Judgement judgement = book.judge();
    assertEquals(List.of(), judgement.problems());
    assertEquals(1, judgement.config().pools().size());
    assertEquals(1, judgement.config().advertisements().size());
  }

  @Test
  void theExampleServiceWantsAnAddress() throws IOException {
    LbService service =
        Translate.service(Yaml.read(Files.readString(file("examples/service.yaml"))));
    assertTrue(service.loadBalancer());
    assertEquals("default/web", service.key().toString());
  }

  @Test
  void theSpeakerMayWatchWhatItWatchesAndNoMore() throws IOException {
    Set<String> needed = resources(Watches.FOR_SPEAKER);
    needed.add("pods"); // to find the other speakers
    needed.add("metallb.io/configurationstates"); // the own one
    assertEquals(needed, watchable("charts/harp/rbac/speaker.yaml"));
  }

  @Test
  void theControllerMayWatchWhatItWatchesAndNoMore() throws IOException {
    Set<String> needed = resources(Watches.FOR_CONTROLLER);
    needed.add("nodes"); // whose addresses no pool may contain
    needed.add("secrets"); // the one with the webhooks' certificates
    needed.add("admissionregistration.k8s.io/validatingwebhookconfigurations");
    needed.add("metallb.io/configurationstates"); // the own one
    assertEquals(needed, watchable("charts/harp/rbac/controller.yaml"));
  }

  private static Set<String> resources(Set<Kind> kinds) {
    return kinds.stream()
        .map(kind ->
            switch (kind) {
              case SERVICES -> "services";
              case ENDPOINT_SLICES -> "discovery.k8s.io/endpointslices";
              case NODES -> "nodes";
              case POOLS -> "metallb.io/ipaddresspools";
              case ADVERTISEMENTS -> "metallb.io/l2advertisements";
              case NAMESPACES -> "namespaces";
            })
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What all rules of the file together let be listed and watched. */
  private Set<String> watchable(String name) throws IOException {
    return objects(name).stream()
        .flatMap(object -> rules(object).stream())
        .filter(rule -> rule.texts("verbs").containsAll(List.of("list", "watch")))
        .flatMap(ShippedFilesTest::resources)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Fields> rules(Fields role) {
    return role.objects("rules", rule -> rule);
  }

  private static Stream<String> resources(Fields rule) {
    return rule.texts("apiGroups").stream()
        .flatMap(group ->
            rule.texts("resources").stream().map(r -> group.isEmpty() ? r : group + "/" + r));
  }

  private List<Fields> objects(String name) throws IOException {
    return DOCUMENT.splitAsStream(Files.readString(file(name))).map(Yaml::read).toList();
  }

  private static Path file(String name) {
    return Path.of("..").resolve(name);
  }
}
