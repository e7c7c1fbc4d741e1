package io.harp.speaker;

import io.harp.ops.BadSetting;
import io.harp.ops.Inherited;
import io.harp.ops.LastWords;
import io.harp.speaker.link.Exit;
import io.harp.speaker.link.NoRawSocket;
import io.harp.speaker.protocol.Codec;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Starts a speaker. Exits with 2 for settings that cannot be used, with 1 if the host refuses what
 * is needed, with 70 for an error of its own.
 */
public final class Main {

  /** The pod's grace period is 2 s; the JVM needs a part of it. */
  private static final long HAND_OVER_MS = 1_200;

  private Main() {}

  public static void main(String[] args) {
    LastWords.of("speaker");
    boolean capture = args.length > 0 && args[0].equals("capture");
    int status = capture ? CaptureCommand.run(args) : run(args);
    if (status >= 0) {
      System.exit(status);
    }
  }

  /** The exit status, or -1 if the speaker runs. */
  private static int run(String[] args) {
    Options options = new Options();
    CommandLine line = new CommandLine(options);
    try {
      line.parseArgs(Inherited.withTwoDashes(args));
      if (CommandLine.printHelpIfRequested(line.getParseResult())) {
        return 0;
      }
      options.environment(System.getenv());
      options.observability.setLogLevel();
      Codec.speakAsNewer(options.speakAsNewer);
      Daemon daemon = Daemon.start(Settings.of(options));
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stop(daemon)));
      return -1;
    } catch (ParameterException e) {
      return refuse(2, e.getMessage() + "; speaker --help lists the flags");
    } catch (BadSetting e) {
      return refuse(2, String.valueOf(e.getMessage()));
    } catch (NoRawSocket | IOException e) {
      return refuse(1, String.valueOf(e.getMessage()));
    }
  }

  private static void stop(Daemon daemon) {
    daemon.stop(HAND_OVER_MS);
    Exit.now(Exit.TERMINATED);
  }

  static int refuse(int status, String why) {
    System.err.println("speaker: " + why);
    return status;
  }
}
