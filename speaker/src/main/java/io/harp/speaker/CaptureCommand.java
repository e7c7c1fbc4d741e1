package io.harp.speaker;

import io.harp.ops.BadSetting;
import io.harp.ops.Observability;
import io.harp.ops.Version;
import io.harp.speaker.capture.CannotCapture;
import io.harp.speaker.capture.CaptureSettings;
import io.harp.speaker.capture.Monitor;
import io.harp.speaker.capture.Retention;
import io.harp.speaker.capture.Rotation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code speaker capture}: what it can be told, checked, and its start. */
@Command(
    name = "speaker capture",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Records what is on the wire into files that rotate.")
final class CaptureCommand {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(Ki|Mi|Gi|Ti)?");
  private static final int MAX_SNAP_LENGTH = 262_144;

  @Option(
      names = "--interface",
      split = ",",
      paramLabel = "NAME",
      description = "any, or names of interfaces (default ${DEFAULT-VALUE})")
  List<String> interfaces = List.of("any");

  @Option(
      names = "--filter",
      paramLabel = "EXPRESSION",
      description = "which packets, as in pcap-filter(7) (default: all)")
  String filter = "";

  @Option(
      names = "--snaplen",
      paramLabel = "BYTES",
      description = "how much of a packet is kept, 1-262144 (default ${DEFAULT-VALUE})")
  int snapLength = MAX_SNAP_LENGTH;

  @Option(names = "--promiscuous", description = "record frames for other hosts, too")
  boolean promiscuous;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "where the files lie (default ${DEFAULT-VALUE})")
  String directory = "/captures";

  @Option(
      names = "--rotate-every",
      paramLabel = "DURATION",
      description = "the longest time a file covers, 1s-1d (default ${DEFAULT-VALUE})")
  String rotateEvery = "3600s";

  @Option(
      names = "--rotate-size",
      paramLabel = "SIZE",
      description = "the greatest size of a file, 64Ki and more (default ${DEFAULT-VALUE})")
  String rotateSize = "256Mi";

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "most files, the present one included (default ${DEFAULT-VALUE})")
  int keep = 24;

  @Option(
      names = "--gzip",
      arity = "1",
      paramLabel = "true|false",
      description = "compress finished files (default ${DEFAULT-VALUE})")
  boolean gzip = true;

  @Option(
      names = "--max-total",
      paramLabel = "SIZE",
      description = "most of all files together (default ${DEFAULT-VALUE})")
  String maxTotal = "4Gi";

  @Option(
      names = "--min-free",
      paramLabel = "SIZE",
      description = "what has to stay free on the disk (default ${DEFAULT-VALUE})")
  String minFree = "1Gi";

  @Option(
      names = "--buffer",
      paramLabel = "SIZE",
      description = "the kernel's buffer of each interface, 1Mi-1Gi (default ${DEFAULT-VALUE})")
  String buffer = "32Mi";

  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description = "what files are named after (METALLB_NODE_NAME; default: the host name)")
  @Nullable String nodeName;

  @Mixin Observability observability = new Observability(7474);

  /**
   * @param args with {@code capture} as the first
   * @return the exit status, or -1 if it captures
   */
  static int run(String[] args) {
    CaptureCommand command = new CaptureCommand();
    CommandLine line = new CommandLine(command);
    try {
      line.parseArgs(Arrays.copyOfRange(args, 1, args.length));
      if (CommandLine.printHelpIfRequested(line.getParseResult())) {
        return 0;
      }
      command.observability.setLogLevel();
      Monitor monitor = Monitor.start(command.settings(System.getenv()));
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(monitor::close));
      return -1;
    } catch (ParameterException e) {
      return Main.refuse(2, e.getMessage() + "; speaker capture --help lists the flags");
    } catch (BadSetting e) {
      return Main.refuse(2, String.valueOf(e.getMessage()));
    } catch (CannotCapture e) {
      return Main.refuse(1, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return Main.refuse(1, e + ": check --directory " + command.directory + " and --metrics-port");
    }
  }

  /**
   * @throws BadSetting naming the first setting that cannot be used
   */
  CaptureSettings settings(Map<String, String> env) {
    long total = size("--max-total", maxTotal, 1 << 16);
    long file = size("--rotate-size", rotateSize, 1 << 16);
    if (file > total / 2) {
      throw new BadSetting(
          "--rotate-size: "
              + rotateSize
              + " is more than half of --max-total "
              + maxTotal
              + ": the present file is never deleted, so two have to fit");
    }
    if (keep < 1) {
      throw new BadSetting("--keep: " + keep + " files cannot be kept: 1 or more can");
    }
    if (snapLength < 1 || snapLength > MAX_SNAP_LENGTH) {
      throw new BadSetting("--snaplen: " + snapLength + " is out of range: 1-262144 is allowed");
    }
    if (interfaces.size() > 1 && interfaces.contains("any")) {
      throw new BadSetting("--interface: any means all of them: name it alone");
    }
    long kernel = size("--buffer", buffer, 1 << 20);
    if (kernel > 1 << 30) {
      throw new BadSetting("--buffer: " + buffer + " is out of range: 1Mi-1Gi is allowed");
    }
    return new CaptureSettings(
        host(env),
        interfaces,
        filter,
        snapLength,
        (int) kernel,
        promiscuous,
        Path.of(directory),
        new Rotation(Settings.durationMs("--rotate-every", rotateEvery, 1_000, 86_400_000), file),
        new Retention(keep, total, size("--min-free", minFree, 0)),
        gzip,
        Settings.metrics(observability));
  }

  private String host(Map<String, String> env) {
    String name = nodeName != null ? nodeName : env.getOrDefault("METALLB_NODE_NAME", "");
    if (!name.isEmpty()) {
      return CaptureSettings.safeHost(name);
    }
    try {
      return CaptureSettings.safeHost(
          Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
    } catch (IOException e) {
      throw new BadSetting("--node-name: the host does not tell its name: give one");
    }
  }

  private static long size(String setting, String text, long least) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new BadSetting(
          setting + ": \"" + text + "\" is no size: write bytes, or 512Ki, 256Mi, 4Gi");
    }
    int shift =
        switch (String.valueOf(matcher.group(2))) {
          case "Ki" -> 10;
          case "Mi" -> 20;
          case "Gi" -> 30;
          case "Ti" -> 40;
          default -> 0;
        };
    long size = Long.parseLong(matcher.group(1)) << shift;
    if (size < least) {
      throw new BadSetting(setting + ": " + text + " is too little: " + least + " bytes or more");
    }
    return size;
  }
}
