package io.harp.controller;

import io.harp.ops.BadSetting;
import io.harp.ops.Inherited;
import io.harp.ops.LastWords;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Starts a controller. Exits with 2 for settings that cannot be used, with 1 if a port cannot be
 * bound, with 70 for an error of its own.
 */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    LastWords.of("controller");
    int status = run(args);
    if (status >= 0) {
      System.exit(status);
    }
  }

  /** The exit status, or -1 if the controller runs. */
  static int run(String[] args) {
    Options options = new Options();
    CommandLine line = commandLine(options);
    try {
      line.parseArgs(Inherited.withTwoDashes(args));
      if (CommandLine.printHelpIfRequested(line.getParseResult())) {
        return 0;
      }
      options.environment(System.getenv());
      options.observability.setLogLevel();
      Daemon daemon = Daemon.start(Settings.of(options));
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(daemon::close));
      return -1;
    } catch (ParameterException e) {
      return refuse(2, e.getMessage() + "; controller --help lists the flags");
    } catch (BadSetting e) {
      return refuse(2, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return refuse(1, String.valueOf(e.getMessage()));
    }
  }

  /** A flag given twice has its last value, as in Go programs. */
  static CommandLine commandLine(Options options) {
    return new CommandLine(options).setOverwrittenOptionsAllowed(true);
  }

  private static int refuse(int status, String why) {
    System.err.println("controller: " + why.lines().findFirst().orElse(why));
    return status;
  }
}
