package io.harp.e2e.api;

import static io.harp.e2e.net.LabPlan.API_ADDRESS;
import static io.harp.e2e.net.LabPlan.API_PORT;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.harp.e2e.net.AgentProcess;
import io.harp.e2e.net.Namespace;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** fabric8's in-memory server, in a process of its own inside the API server's namespace. */
public final class EmbeddedApi implements ApiServer {

  private static final int HEAP_MB = 512;

  private final AgentProcess server;
  private final Doorway doorway;
  private final KubernetesClient client;
  private final Path directory;

  private EmbeddedApi(
      AgentProcess server, Doorway doorway, KubernetesClient client, Path directory) {
    this.server = server;
    this.doorway = doorway;
    this.client = client;
    this.directory = directory;
  }

  public static EmbeddedApi start(Namespace api, Path directory) {
    AgentProcess server =
        AgentProcess.start(api, HEAP_MB, directory, "api", API_ADDRESS, "" + API_PORT);
    Doorway doorway = Doorway.open(api, directory);
    server.awaitReady();
    KubernetesClient client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + doorway.port())
                    .withNamespace("default")
                    .withUserAgent("harp-lab")
                    .build())
            .build();
    for (User user : User.values()) {
      Kubeconfig.write(
          directory.resolve(user.fileName()),
          "http://" + API_ADDRESS + ":" + API_PORT,
          "",
          user.name());
    }
    return new EmbeddedApi(server, doorway, client, directory);
  }

  @Override
  public Kind kind() {
    return Kind.EMBEDDED;
  }

  @Override
  public Path kubeconfig(User user) {
    return directory.resolve(user.fileName());
  }

  @Override
  public KubernetesClient client() {
    return client;
  }

  @Override
  public long writesSoFar() {
    CompletableFuture<Long> count = new CompletableFuture<>();
    Consumer<String> ear =
        line -> {
          if (line.startsWith("writes ")) {
            count.complete(Long.parseLong(line.substring(7)));
          }
        };
    server.listen(ear);
    server.tell("writes");
    try {
      return count.orTimeout(5, TimeUnit.SECONDS).join();
    } finally {
      server.forget(ear);
    }
  }

  @Override
  public void stop() {
    server.process().stop();
  }

  @Override
  public void resume() {
    server.process().resume();
  }

  @Override
  public void close() {
    client.close();
    doorway.close();
    server.close();
  }
}
