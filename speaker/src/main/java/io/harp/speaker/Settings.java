package io.harp.speaker;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.ops.BadSetting;
import io.harp.ops.Observability;
import io.harp.speaker.host.HostFiles;
import io.harp.speaker.link.Exclusions;
import io.harp.speaker.link.WireOptions;
import io.harp.speaker.membership.GroupKey;
import io.harp.speaker.ownership.Settings.Placement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** The settings of one speaker, checked. */
record Settings(
    NodeName node,
    InetSocketAddress membership,
    InetSocketAddress metrics,
    String namespace,
    Optional<String> pod,
    Optional<String> labels,
    GroupKey key,
    Optional<String> loadBalancerClass,
    boolean ignoreExcludeLabel,
    WireOptions wire,
    Optional<HostFiles> hostMetrics,
    io.harp.speaker.ownership.Settings protocol) {

  private static final Path SERVICE_ACCOUNT_NAMESPACE =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
  private static final Pattern RATE = Pattern.compile("(\\d{1,4})/min");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

  /**
   * @throws BadSetting naming the first setting that cannot be used
   */
  static Settings of(Options o) {
    return new Settings(
        node(o.nodeName),
        membership(o),
        metrics(o.observability),
        namespace(o.namespace),
        Optional.ofNullable(o.podName).filter(p -> !p.isEmpty()),
        Optional.ofNullable(o.labels).filter(l -> !l.isEmpty()),
        key(o.secretPath),
        Optional.of(o.loadBalancerClass).filter(c -> !c.isEmpty()),
        o.ignoreExcludeLabel,
        new WireOptions(exclusions(o.excludeFile), o.promiscuous, o.answerPing),
        hostMetrics(o),
        protocol(o));
  }

  private static NodeName node(@Nullable String name) {
    if (name == null || name.isEmpty()) {
      throw new BadSetting(
          "the node name is missing: set METALLB_NODE_NAME from spec.nodeName, or give"
              + " --node-name");
    }
    return new NodeName(name);
  }

  private static InetSocketAddress membership(Options o) {
    if (o.bindAddress == null || o.bindAddress.isEmpty()) {
      throw new BadSetting(
          "the address for the membership is missing: set METALLB_ML_BIND_ADDR from status.podIP,"
              + " or give --ml-bindaddr");
    }
    int port = o.bindPort != null ? o.bindPort : o.port != null ? o.port : 7472;
    checkPort(o.bindPort != null ? "--ml-bindport" : "--port", port);
    return new InetSocketAddress(address("METALLB_ML_BIND_ADDR", o.bindAddress), port);
  }

  static InetSocketAddress metrics(Observability flags) {
    int port = flags.metricsPort();
    checkPort("--metrics-port", port);
    String address = flags.metricsAddress();
    return address == null
        ? new InetSocketAddress(port)
        : new InetSocketAddress(address("--metrics-bind-address", address), port);
  }

  static InetAddress address(String setting, String text) {
    try {
      return InetAddress.getByAddress(Address.parse(text).bytes());
    } catch (IllegalArgumentException | UnknownHostException e) {
      throw new BadSetting(setting + ": " + e.getMessage());
    }
  }

  static int port(String setting, String text) {
    try {
      int port = Integer.parseInt(text);
      checkPort(setting, port);
      return port;
    } catch (NumberFormatException e) {
      throw new BadSetting(setting + ": \"" + text + "\" is no port: a number of 1-65535 is");
    }
  }

  static void checkPort(String setting, int port) {
    if (port < 1 || port > 65_535) {
      throw new BadSetting(setting + ": " + port + " is no port: 1-65535 are");
    }
  }

  private static String namespace(@Nullable String given) {
    if (given != null && !given.isEmpty()) {
      return given;
    }
    try {
      return Files.readString(SERVICE_ACCOUNT_NAMESPACE).strip();
    } catch (IOException _) {
      return "metallb-system";
    }
  }

  private static GroupKey key(@Nullable String directory) {
    if (directory == null || directory.isEmpty()) {
      return GroupKey.open();
    }
    Path file = Path.of(directory, "secretkey");
    try {
      return GroupKey.of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new BadSetting(
          "METALLB_ML_SECRET_KEY_PATH: "
              + file
              + " cannot be read: mount the memberlist Secret there, or unset the variable");
    } catch (IllegalArgumentException e) {
      throw new BadSetting("METALLB_ML_SECRET_KEY_PATH: " + file + ": " + e.getMessage());
    }
  }

  private static Exclusions exclusions(String file) {
    try {
      return Files.exists(Path.of(file)) ? Exclusions.read(Path.of(file)) : Exclusions.DEFAULT;
    } catch (IOException | IllegalArgumentException e) {
      throw new BadSetting(file + ": " + e.getMessage());
    }
  }

  private static Optional<HostFiles> hostMetrics(Options o) {
    if (!o.hostMetrics) {
      return Optional.empty();
    }
    Pattern ignored;
    try {
      ignored = Pattern.compile(o.ignoredDevices);
    } catch (PatternSyntaxException e) {
      throw new BadSetting(
          "--host-metrics.ignored-devices: \""
              + o.ignoredDevices
              + "\" is no regular expression: "
              + e.getDescription());
    }
    HostFiles files = new HostFiles(Path.of(o.procfs), Path.of(o.sysfs), ignored);
    if (!files.complaints().isEmpty()) {
      throw new BadSetting(
          "--host-metrics: "
              + String.join(", ", files.complaints())
              + ": check --path.procfs, --path.sysfs and what is mounted");
    }
    return Optional.of(files);
  }

  private static io.harp.speaker.ownership.Settings protocol(Options o) {
    long detection = durationMs("--detection-time", o.detectionTime, 100, 10_000);
    boolean matching =
        switch (o.interfaceSubnets) {
          case "any" -> false;
          case "matching" -> true;
          default ->
              throw new BadSetting(
                  "--interface-subnets: \""
                      + o.interfaceSubnets
                      + "\" is neither any nor matching");
        };
    Set<io.harp.speaker.ownership.Settings.Rule> without =
        EnumSet.noneOf(io.harp.speaker.ownership.Settings.Rule.class);
    for (String rule : o.without) {
      try {
        without.add(
            io.harp.speaker.ownership.Settings.Rule.valueOf(
                rule.replace('-', '_').toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new BadSetting("--without: there is no rule \"" + rule + "\"");
      }
    }
    return io.harp.speaker.ownership.Settings.of(detection)
        .with(
            o.failback,
            matching,
            o.holdOff.equals("off") ? 0 : durationMs("--hold-off", o.holdOff, 0, 86_400_000),
            perMinute(o.rebalance),
            durationMs("--refresh", o.refresh, 0, 3_600_000),
            placement(o.probeOnPlacement),
            without)
        .rebalancingAfter(durationMs("--rebalance-after", o.rebalanceAfter, 0, 86_400_000));
  }

  private static Placement placement(String text) {
    return switch (text) {
      case "off" -> Placement.AUDIT;
      case "short" -> Placement.SHORT;
      case "full", "true" -> Placement.FULL;
      default ->
          throw new BadSetting(
              "--probe-on-placement: \"" + text + "\" is neither off, short nor full");
    };
  }

  private static int perMinute(String text) {
    if (text.equals("off")) {
      return 0;
    }
    Matcher matcher = RATE.matcher(text);
    int rate = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    if (rate < 1 || rate > 60) {
      throw new BadSetting(
          "--rebalance: \"" + text + "\" is no rate: write off, or 1/min to 60/min");
    }
    return rate;
  }

  static long durationMs(String setting, String text, long least, long most) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new BadSetting(setting + ": \"" + text + "\" is no duration: write 250ms, 2s or 1m");
    }
    long unit =
        switch (matcher.group(2)) {
          case "ms" -> 1;
          case "s" -> 1_000;
          default -> 60_000;
        };
    long ms = Long.parseLong(matcher.group(1)) * unit;
    if (ms < least || ms > most) {
      throw new BadSetting(
          setting + ": " + text + " is out of range: " + least + "ms-" + most + "ms are allowed");
    }
    return ms;
  }
}
