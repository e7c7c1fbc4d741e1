package io.harp.e2e.demo;

import io.harp.e2e.Lab;
import io.harp.e2e.LabOptions;
import io.harp.e2e.Requirements;
import io.harp.e2e.api.ApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The whole story on one machine. Exits with 1 when something expected did not happen. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Gives a Service an address, kills its node, and shows what a client notices.")
public final class Demo implements Callable<Integer> {

  @Option(
      names = "--api",
      description = "embedded or real: kube-apiserver and etcd (default ${DEFAULT-VALUE})")
  ApiServer.Kind api = ApiServer.Kind.EMBEDDED;

  @Option(names = "--nodes", description = "how many nodes, 2-9 (default ${DEFAULT-VALUE})")
  int nodes = 3;

  @Option(names = "--keep", description = "leave the lab up until Enter is pressed")
  boolean keep;

  private Demo() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Demo()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing(api);
    if (missing.isPresent()) {
      System.err.println("demo: " + missing.get());
      return 2;
    }
    long startNs = System.nanoTime();
    LabOptions options = LabOptions.harp().withNodes(nodes).withApi(api);
    System.out.printf(
        "%6.1f s  a LAN with %d nodes, a gateway, clients, an API server%n", 0.0, nodes);
    try (Lab lab = Lab.start(options)) {
      return run(lab, startNs);
    }
  }

  private int run(Lab lab, long startNs) throws IOException {
    try {
      Story.Told told =
          new Story(lab, System.out, startNs).tell(lab.options().root().resolve("examples"));
      Path directory = Files.createDirectories(lab.options().root().resolve("e2e/target/demo"));
      Files.writeString(directory.resolve("report.json"), told.findings().json());
      Files.writeString(directory.resolve("report.html"), Page.of(told));
      System.out.print(table(told.findings()));
      System.out.println("report: " + directory.resolve("report.html"));
      stay(lab);
      return verdict(told.findings().failures());
    } catch (AssertionError | IllegalStateException e) {
      System.err.println("demo: " + e.getMessage() + "\n" + lab.tails(20));
      System.err.println("demo: logs in " + lab.directory());
      stay(lab);
      return 1;
    }
  }

  private void stay(Lab lab) throws IOException {
    if (keep) {
      System.out.printf(
          "the lab stays up until Enter; logs in %s%nenter a node with: %s%n",
          lab.directory(), lab.lan().machine("n1").enterCommand());
      System.in.read();
    }
  }

  private static int verdict(List<String> failures) {
    failures.forEach(f -> System.err.println("FAILED  " + f));
    return failures.isEmpty() ? 0 : 1;
  }

  private static String table(Findings found) {
    return """

    what happened                                    what a client noticed
    -----------------------------------------------  ------------------------------------------
    Service created: address assigned                %5d ms
    Service created: first reply                     %5d ms
    node of %s dies, %s takes over                   %5d ms silence (warm neighbour cache)
                                                     %5d ms silence (empty neighbour cache)
    %s comes back                                    %5d moves
    speaker of %s ends in order                      %5d probes lost, %d ms longest silence

    """
        .formatted(
            found.assignedMs(),
            found.firstReplyMs(),
            found.crash().from(),
            found.crash().to(),
            found.crash().outageMs(),
            found.crash().coldOutageMs(),
            found.crash().from(),
            found.returned().moves(),
            found.crash().to(),
            found.graceful().lost(),
            found.graceful().outageMs());
  }
}
