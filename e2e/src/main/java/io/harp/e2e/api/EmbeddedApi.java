package io.harp.e2e.api;

import static io.harp.e2e.net.LabPlan.API_ADDRESS;
import static io.harp.e2e.net.LabPlan.API_PORT;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.harp.e2e.net.AgentProcess;
import io.harp.e2e.net.Namespace;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** fabric8's in-memory server, in a process of its own inside the API server's namespace. */
public final class EmbeddedApi implements ApiServer {

  private static final int HEAP_MB = 512;

  private final AgentProcess server;
  private final Doorway doorway;
  private final Access access = new Access(Optional.empty());
  private final KubernetesClient client;

  private EmbeddedApi(AgentProcess server, Doorway doorway, Path directory) {
    this.server = server;
    this.doorway = doorway;
    this.client = access.admin(doorway);
    access.kubeconfig(directory.resolve("kubeconfig"));
  }

  public static EmbeddedApi start(Namespace api, Path directory) {
    AgentProcess server =
        AgentProcess.start(api, HEAP_MB, directory, "api", API_ADDRESS, "" + API_PORT);
    Doorway doorway = Doorway.open(api, directory);
    server.awaitReady();
    return new EmbeddedApi(server, doorway, directory);
  }

  @Override
  public Kind kind() {
    return Kind.EMBEDDED;
  }

  @Override
  public Map<String, String> environment(User user) {
    return access.environment(user);
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
