package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * A speaker on the node's network that is told the API server's Service by name, with resolvers of
 * its own as {@code dns.policy=None} and {@code dns.config} give it.
 */
@NeedsLab(realApi = true)
class ResolverLabTest {

  /** Of the certificate's names the one that needs the search list. */
  private static final String CALLED = "kubernetes.default";

  private static final String SEARCH = "svc.cluster.local";

  @Test
  void theApiServersServiceIsFoundByNameWithTheOverride() throws IOException {
    List<String> speaker =
        new ArrayList<>(
            List.of("env", "KUBERNETES_MASTER=https://" + CALLED + ":" + LabPlan.API_PORT));
    speaker.addAll(LabOptions.harp().speaker());
    LabOptions options =
        LabOptions.harp()
            .withNodes(1)
            .withApi(ApiServer.Kind.REAL)
            .withoutController()
            .withSpeaker(List.copyOf(speaker));
    try (SpeakerLab speakers = SpeakerLab.build(options)) {
      Lab lab = speakers.lab();
      Set<String> said = ConcurrentHashMap.newKeySet();
      lab.resolver(CALLED + "." + SEARCH, LabPlan.API_ADDRESS).listen(said::add);
      // What a kubelet makes of dns.config.
      Path file =
          Files.writeString(
              lab.directory().resolve("resolv.conf"),
              "search " + SEARCH + "\nnameserver " + LabPlan.API_ADDRESS + "\noptions ndots:5\n");
      lab.lan().machine("n1").run("", "mount", "--bind", file.toString(), "/etc/resolv.conf");
      LabNode node = speakers.node("n1");
      node.start();
      node.awaitReady(40_000);
      assertTrue(said.contains("asked " + CALLED + "." + SEARCH), said.toString());
    }
  }
}
