package io.harp.controller.cli;

import io.harp.ops.Version;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code harp SUBCOMMAND}. A subcommand is a {@code Callable<Integer>} that is named here and
 * returns its exit status: 0 if all is well, 1 if it found something. Arguments that cannot be used
 * and whatever it throws, as a cluster that cannot be read, become one line on stderr and status 2.
 */
@Command(
    name = "harp",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Looks at a cluster from the outside. KUBECONFIG says which one.",
    subcommands = {Ports.class, CheckBefore.class, Migrate.class})
public final class Harp implements Runnable {

  /** The status if nothing can be said, as when the API server does not answer. */
  public static final int FAILED = 2;

  @Spec CommandSpec spec = CommandSpec.create();

  public static void main(String[] args) {
    System.exit(
        run(
            args,
            new PrintWriter(System.out, true, System.out.charset()),
            new PrintWriter(System.err, true, System.err.charset())));
  }

  /** The exit status. */
  static int run(String[] args, PrintWriter out, PrintWriter err) {
    return status(new CommandLine(new Harp()), args, out, err);
  }

  static int status(CommandLine command, String[] args, PrintWriter out, PrintWriter err) {
    return command
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler((e, line, _) -> {
          line.getErr().println("harp: " + firstLine(e));
          return FAILED;
        })
        .execute(args);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which subcommand?");
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse(message);
  }
}
