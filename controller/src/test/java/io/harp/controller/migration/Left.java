package io.harp.controller.migration;

import io.harp.controller.hostports.Assignments;
import io.harp.controller.hostports.Census;
import io.harp.controller.hostports.NodeView;
import io.harp.kube.Fields;
import io.harp.kube.Yaml;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Objects as MetalLB leaves them, which a test changes. */
final class Left {

  private final Map<String, List<Fields>> objects = new HashMap<>();

  /** {@code metallb/cluster.yaml}, with texts replaced: what, by what, and so on. */
  static Left cluster(String... replaced) {
    try (InputStream stream = Left.class.getResourceAsStream("/metallb/cluster.yaml")) {
      if (stream == null) {
        throw new AssertionError("metallb/cluster.yaml is missing");
      }
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      for (int i = 0; i < replaced.length; i += 2) {
        if (!text.contains(replaced[i])) {
          throw new AssertionError("there is no " + replaced[i]);
        }
        text = text.replace(replaced[i], replaced[i + 1]);
      }
      return new Left().with(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Left with(String yaml) {
    for (String document : yaml.split("(?m)^---$")) {
      Fields object = Yaml.read(document);
      objects.computeIfAbsent(object.text("kind"), _ -> new ArrayList<>()).add(object);
    }
    return this;
  }

  Found found() {
    Map<String, List<Fields>> workloads = new HashMap<>();
    workloads.put("Deployment", all("Deployment"));
    workloads.put("DaemonSet", all("DaemonSet"));
    NodeView node =
        new NodeView("n1", Map.of("lan", "yes", "kubernetes.io/os", "linux"), List.of(), List.of());
    return new Found(
        "metallb-system",
        new Census(workloads, List.of(node), Assignments.NONE),
        all("Service"),
        all("Namespace"),
        all("IPAddressPool"),
        all("L2Advertisement"),
        Map.of("BGPPeer", all("BGPPeer"), "BGPAdvertisement", all("BGPAdvertisement")),
        all("ConfigMap").stream().findFirst(),
        all("Secret").stream().findFirst(),
        all("ValidatingWebhookConfiguration"));
  }

  private List<Fields> all(String kind) {
    return objects.getOrDefault(kind, List.of());
  }
}
