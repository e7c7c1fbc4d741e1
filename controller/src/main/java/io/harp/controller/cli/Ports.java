package io.harp.controller.cli;

import io.harp.controller.hostports.PortTable;
import io.harp.kube.PlainObjects;
import io.harp.loop.Clock;
import io.harp.ops.Version;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code harp ports}: who uses which port of the nodes. Status 1 if any two collide. */
@Command(
    name = "ports",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Shows who uses which port of the nodes, and what collides.")
final class Ports implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    PortTable table = PlainObjects.once(Clock.system(), PortTable::of);
    PrintWriter out = spec.commandLine().getOut();
    table.lines().forEach(out::println);
    if (!table.findings().isEmpty()) {
      out.println();
      table.findings().forEach(out::println);
    }
    return table.findings().isEmpty() ? 0 : 1;
  }
}
