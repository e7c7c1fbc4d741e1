package io.harp.controller.cli;

import io.harp.controller.migration.Check;
import io.harp.controller.migration.Plan;
import io.harp.kube.Server;
import io.harp.loop.Clock;
import io.harp.ops.Version;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harp migrate check}: what carries over from MetalLB, and whether any address changes. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Says what carries over from MetalLB and what does not, which values to set, and whether"
            + " any address would change. Changes nothing.")
final class MigrateCheck implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--metallb-namespace",
      paramLabel = "NAMESPACE",
      description = "where MetalLB is (default: where its images run)")
  String metallbNamespace = "";

  @Option(
      names = "--in-place",
      description = "Harp replaces MetalLB in its namespace, instead of running beside it first")
  boolean inPlace;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "where Harp will be, beside MetalLB (default ${DEFAULT-VALUE})")
  String namespace = "harp-system";

  @Option(
      names = "--load-balancer-class",
      paramLabel = "CLASS",
      description = "the class Harp will serve, beside MetalLB (default ${DEFAULT-VALUE})")
  String lbClass = "harp.io/l2";

  @Option(
      names = "--membership-port",
      paramLabel = "PORT",
      description = "the chart's speaker.memberlist.mlBindPort (default ${DEFAULT-VALUE})")
  int membership = Plan.MEMBERSHIP;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "the chart's prometheus.metricsPort (default ${DEFAULT-VALUE})")
  int metrics = Plan.METRICS;

  @Option(
      names = "--values",
      description = "print nothing but the values file, for helm install -f -")
  boolean valuesOnly;

  @Mixin Output output = new Output();

  private final Function<Function<Server, Check>, Check> connection;

  MigrateCheck() {
    this(question -> Server.once(Clock.system(), question));
  }

  /** Asks somebody else than KUBECONFIG says. */
  MigrateCheck(Function<Function<Server, Check>, Check> connection) {
    this.connection = connection;
  }

  @Override
  public Integer call() {
    Check check =
        connection.apply(server ->
            Check.of(server, metallbNamespace, inPlace, namespace, lbClass, membership, metrics));
    if (valuesOnly) {
      check.valueLines().forEach(spec.commandLine().getOut()::println);
      return 0;
    }
    return output.print(
        spec.commandLine().getOut(), check.lines(), check.fields(), check.findings());
  }
}
