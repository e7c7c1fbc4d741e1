package io.harp.controller.cli;

import io.harp.ops.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code harp migrate}: from MetalLB. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Looks at what MetalLB leaves to Harp.",
    subcommands = {MigrateCheck.class})
final class Migrate implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which subcommand? harp migrate check");
  }
}
