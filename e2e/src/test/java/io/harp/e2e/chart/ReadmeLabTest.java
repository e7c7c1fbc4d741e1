package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.harp.e2e.Lab;
import io.harp.e2e.LabOptions;
import io.harp.e2e.NeedsLab;
import io.harp.e2e.Requirements;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.api.RealApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the README says to type, typed as it stands there, against a real API server. Left out is
 * what needs a container engine or a kubelet: building the image, which {@code ImageLabTest} does,
 * and the end of a rollout, which {@code ClusterSuite} awaits.
 */
@NeedsLab(realApi = true)
@NeedsHelm
class ReadmeLabTest {

  private static final String NAMESPACE = "metallb-system";
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private static Lab lab;
  private static Path kubeconfig;
  private static Path programs;

  @BeforeAll
  static void start() throws IOException {
    lab = Lab.start(LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.REAL));
    kubeconfig = Admin.kubeconfig(lab);
    programs = Files.createDirectory(lab.directory().resolve("programs"));
    Files.createSymbolicLink(programs.resolve("helm"), Requirements.helm().orElseThrow());
    Path kubectl = RealApi.binaries().orElseThrow().resolve("kubectl");
    assertTrue(Files.isExecutable(kubectl), "no kubectl beside kube-apiserver: " + kubectl);
    Files.createSymbolicLink(programs.resolve("kubectl"), kubectl);
  }

  @AfterAll
  static void stop() {
    lab.close();
  }

  /** Nobody here finishes a namespace's deletion, as the controller manager would. */
  @BeforeEach
  void withoutTheNamespace() throws Exception {
    run(
        """
        kubectl get namespace %1$s || exit 0
        kubectl delete namespace %1$s --wait=false
        kubectl get namespace %1$s -o json | sed '/"kubernetes"$/d' \\
          | kubectl replace --raw /api/v1/namespaces/%1$s/finalize -f -
        kubectl wait --for=delete namespace/%1$s --timeout=20s
        """
            .formatted(NAMESPACE));
  }

  @Test
  void helmInstallsAsTheReadmeSays() throws Exception {
    run(block("Install", "helm install"));
    assertNotNull(
        client().apps().daemonSets().inNamespace(NAMESPACE).withName("harp-speaker").get());
    run("helm uninstall harp --namespace " + NAMESPACE);
  }

  @Test
  void theManifestsAreAppliedAsTheReadmeSays() throws Exception {
    run(block("Install", "kubectl apply"));
    assertEquals(
        List.of("speaker"),
        client().apps().daemonSets().inNamespace(NAMESPACE).list().getItems().stream()
            .map(d -> d.getMetadata().getName())
            .toList());
    run("kubectl delete --ignore-not-found --wait=false -f manifests/harp.yaml");
  }

  @Test
  void thePoolOfTheReadmeIsTaken() throws Exception {
    run("kubectl create namespace " + NAMESPACE);
    run("kubectl apply -f - <<'END'\n" + block("Using it in a cluster", "IPAddressPool") + "END");
    run("kubectl apply -f examples/pool.yaml -f examples/service.yaml");
  }

  /** The block below a heading that contains something. */
  private static String block(String heading, String part) throws IOException {
    String readme = Files.readString(Chart.ROOT.resolve("README.md"));
    int from = readme.indexOf("\n## " + heading + "\n");
    assertTrue(from >= 0, heading);
    int next = readme.indexOf("\n## ", from + 1);
    Matcher blocks = BLOCK.matcher(readme.substring(from, next < 0 ? readme.length() : next));
    while (blocks.find()) {
      if (blocks.group(2).contains(part)) {
        return blocks.group(2);
      }
    }
    throw new AssertionError("no block with " + part + " below " + heading);
  }

  private static void run(String commands) throws IOException, InterruptedException {
    String script =
        commands
            .lines()
            .filter(l -> !l.startsWith("./dev image"))
            .map(l -> l.replace(" rollout status ", " get "))
            .collect(Collectors.joining("\n"));
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", script)
            .directory(Chart.ROOT.toFile())
            .redirectErrorStream(true);
    shell.environment().put("KUBECONFIG", kubeconfig.toString());
    shell.environment().merge("PATH", programs.toString(), (path, first) -> first + ":" + path);
    Process process = shell.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), script + "\n" + output);
  }

  private static KubernetesClient client() {
    return lab.api().client();
  }
}
