package io.harp.speaker;

import io.harp.ops.Inherited;
import io.harp.ops.Observability;
import io.harp.ops.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the speaker can be told. Flags win over the environment. The names, and those in the hidden
 * part, are those the usual DaemonSet already sets, so it works with nothing but its image changed.
 */
@Command(
    name = "speaker",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Owns, answers for and announces the addresses of LoadBalancer Services.",
    footer = {"", "speaker capture --help: the packet monitor."})
final class Options {

  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description = "this node's name in Kubernetes (METALLB_NODE_NAME)")
  @Nullable String nodeName;

  @Option(
      names = "--ml-bindaddr",
      paramLabel = "ADDRESS",
      description = "this node's address for the membership (METALLB_ML_BIND_ADDR)")
  @Nullable String bindAddress;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "port of the membership unless METALLB_ML_BIND_PORT is set (default 7472)")
  @Nullable Integer port;

  @Option(
      names = "--ml-bindport",
      paramLabel = "PORT",
      description = "port of the membership (METALLB_ML_BIND_PORT)")
  @Nullable Integer bindPort;

  @Option(
      names = "--ml-labels",
      paramLabel = "SELECTOR",
      description = "label selector of the speakers' pods (METALLB_ML_LABELS)")
  @Nullable String labels;

  @Option(
      names = "--ml-secret-key-path",
      paramLabel = "DIR",
      description = "directory with the file secretkey (METALLB_ML_SECRET_KEY_PATH)")
  @Nullable String secretPath;

  @Option(
      names = "--pod-name",
      paramLabel = "NAME",
      description = "name of the own pod, which owns what is written of it (METALLB_POD_NAME)")
  @Nullable String podName;

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      description = "namespace of pools, advertisements and speakers (METALLB_NAMESPACE)")
  @Nullable String namespace;

  @Mixin Observability observability = new Observability(7473);

  @Option(
      names = "--lb-class",
      paramLabel = "CLASS",
      description = "serve Services of this loadBalancerClass only (default: those without one)")
  String loadBalancerClass = "";

  @Option(
      names = "--ignore-exclude-lb",
      description = "use nodes labelled node.kubernetes.io/exclude-from-external-load-balancers")
  boolean ignoreExcludeLabel;

  @Option(
      names = "--detection-time",
      paramLabel = "DURATION",
      description =
          "how long a speaker may be silent before others take over, 100ms-10s"
              + " (default ${DEFAULT-VALUE}); all timers follow from it")
  String detectionTime = "250ms";

  @Option(
      names = "--failback",
      description = "give an address back to a node that is preferred more, once it returns")
  boolean failback;

  @Option(
      names = "--hold-off",
      paramLabel = "DURATION",
      description =
          "how long a node that left three times in ten minutes is chosen last; off for never"
              + " (default ${DEFAULT-VALUE})")
  String holdOff = "10m";

  @Option(
      names = "--rebalance",
      paramLabel = "off|N/min",
      description =
          "how many addresses a minute may move to even out the load, once the spread has"
              + " exceeded 2 for ten minutes (default ${DEFAULT-VALUE})")
  String rebalance = "1/min";

  @Option(
      names = "--interface-subnets",
      paramLabel = "any|matching",
      description =
          "matching: speak only on interfaces that have the address's subnet"
              + " (default ${DEFAULT-VALUE})")
  String interfaceSubnets = "any";

  @Option(
      names = "--exclude-interfaces-file",
      paramLabel = "FILE",
      description = "list of interfaces that never speak (default ${DEFAULT-VALUE})")
  String excludeFile = "/etc/metallb/excludel2.yaml";

  @Option(
      names = "--promiscuous",
      description = "receive all frames, for cards and bridges that filter broadcasts wrongly")
  boolean promiscuous;

  @Option(
      names = "--probe-on-placement",
      paramLabel = "off|short|full",
      arity = "0..1",
      fallbackValue = "full",
      description =
          "before an address is answered for the first time of all, ask the segment for it as"
              + " RFC 5227 says (full, 5.6 s), or for 0.6 s (short); never in a failover"
              + " (default ${DEFAULT-VALUE})")
  String probeOnPlacement = "off";

  @Option(
      names = "--answer-ping",
      description = "answer ICMP and ICMPv6 echo requests for held addresses")
  boolean answerPing;

  @Option(
      names = "--refresh",
      paramLabel = "DURATION",
      description =
          "announce held addresses again so often; 0s for never (default ${DEFAULT-VALUE})")
  String refresh = "60s";

  @Option(
      names = "--host-metrics",
      description = "show the node's interfaces on the metrics port, in node_exporter's names")
  boolean hostMetrics;

  @Option(
      names = "--host-metrics.ignored-devices",
      paramLabel = "REGEX",
      description = "interfaces the host metrics leave out (default ${DEFAULT-VALUE})")
  String ignoredDevices = "^(veth.*|cali.*|flannel.*|docker0)$";

  @Option(
      names = "--path.procfs",
      paramLabel = "DIR",
      description = "the host's /proc, for the host metrics (default ${DEFAULT-VALUE})")
  String procfs = "/proc";

  @Option(
      names = "--path.sysfs",
      paramLabel = "DIR",
      description = "the host's /sys, for the host metrics (default ${DEFAULT-VALUE})")
  String sysfs = "/sys";

  @Option(names = "--speak-as-newer", hidden = true, paramLabel = "BYTES")
  int speakAsNewer;

  @Option(names = "--rebalance-after", hidden = true, paramLabel = "DURATION")
  String rebalanceAfter = "10m";

  @Option(names = "--without", hidden = true, split = ",")
  List<String> without = new ArrayList<>();

  @SuppressWarnings("UnusedVariable") // picocli reads it.
  @Mixin
  private final Inherited inherited = new Inherited();

  // Accepted since existing manifests set them; they concern parts this speaker does not have.
  @Option(
      names = {"--health-probe-port", "--bgp-debounce-timeout", "--frrk8s-namespace"},
      hidden = true)
  List<String> ignoredValues = new ArrayList<>();

  @Option(
      names = {"--ml-wan-config", "--frrk8s-secret-passthrough"},
      hidden = true,
      arity = "0..1",
      fallbackValue = "true")
  List<Boolean> ignoredSwitches = new ArrayList<>();

  /** Fills in what no flag said from the environment. */
  void environment(Map<String, String> env) {
    nodeName = or(nodeName, env.get("METALLB_NODE_NAME"));
    bindAddress = or(bindAddress, env.get("METALLB_ML_BIND_ADDR"));
    bindAddress = or(bindAddress, env.get("METALLB_HOST"));
    labels = or(labels, env.get("METALLB_ML_LABELS"));
    secretPath = or(secretPath, env.get("METALLB_ML_SECRET_KEY_PATH"));
    namespace = or(namespace, env.get("METALLB_NAMESPACE"));
    podName = or(podName, env.get("METALLB_POD_NAME"));
    String portText = env.get("METALLB_ML_BIND_PORT");
    if (bindPort == null && portText != null && !portText.isEmpty()) {
      bindPort = Settings.port("METALLB_ML_BIND_PORT", portText);
    }
  }

  private static @Nullable String or(@Nullable String flag, @Nullable String other) {
    return flag != null && !flag.isEmpty() ? flag : other;
  }
}
