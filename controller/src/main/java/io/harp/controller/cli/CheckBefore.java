package io.harp.controller.cli;

import io.harp.controller.survey.Facts;
import io.harp.controller.survey.Finding;
import io.harp.controller.survey.Installation;
import io.harp.controller.survey.Preflight;
import io.harp.kube.Server;
import io.harp.loop.Clock;
import io.harp.ops.Version;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code harp preflight}: what would keep an installation from working. */
@Command(
    name = "preflight",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Says what would keep an installation from working, before anything is installed.")
final class CheckBefore implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "where Harp will be installed (default ${DEFAULT-VALUE})")
  String namespace = "metallb-system";

  @Option(
      names = "--release",
      paramLabel = "NAME",
      description =
          "name of the Helm release, whose own workloads are no obstacle; empty for the plain"
              + " manifests (default ${DEFAULT-VALUE})")
  String release = "harp";

  @Option(
      names = "--load-balancer-class",
      paramLabel = "CLASS",
      description = "the chart's loadBalancerClass (default: none)")
  String lbClass = "";

  @Mixin NodePorts ports = new NodePorts();
  @Mixin Output output = new Output();

  private final Function<Function<Server, Facts>, Facts> connection;

  CheckBefore() {
    this(question -> Server.once(Clock.system(), question));
  }

  /** Asks somebody else than KUBECONFIG says. */
  CheckBefore(Function<Function<Server, Facts>, Facts> connection) {
    this.connection = connection;
  }

  @Override
  public Integer call() {
    Facts facts = connection.apply(server -> Facts.of(server, namespace));
    List<Finding> findings =
        Preflight.judge(
            facts, new Installation(namespace, release, lbClass, ports.all(), Set.of()));
    return output.print(
        spec.commandLine().getOut(),
        List.of("Kubernetes " + facts.version().text() + ", namespace " + namespace),
        Map.of("kubernetes", facts.version().text(), "namespace", namespace),
        findings);
  }
}
