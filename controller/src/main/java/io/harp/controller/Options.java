package io.harp.controller;

import io.harp.ops.Inherited;
import io.harp.ops.Observability;
import io.harp.ops.Version;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the controller can be told. Flags win over the environment. The names are those the usual
 * Deployment already sets, so it works with nothing but its image changed.
 */
@Command(
    name = "controller",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Gives each Service of type LoadBalancer an address.")
final class Options {

  @Option(
      names = "--namespace",
      paramLabel = "NAME",
      description = "namespace of pools and advertisements (METALLB_NAMESPACE)")
  @Nullable String namespace;

  @Option(
      names = "--lb-class",
      paramLabel = "CLASS",
      description = "serve only Services of this loadBalancerClass (default: those without one)")
  String lbClass = "";

  @Option(
      names = "--expect-lease",
      description =
          "the Lease harp-controller is made by whoever installs: make it only if it is still"
              + " missing after 10 s")
  boolean expectLease;

  @Mixin Observability observability = new Observability(7473);

  @Option(
      names = "--health-probe-port",
      paramLabel = "PORT",
      description = "a second port for /healthz and /readyz, 0 for none (default ${DEFAULT-VALUE})")
  int healthProbePort = 17472;

  @Option(
      names = "--pod-name",
      paramLabel = "NAME",
      description = "name of the own pod, for events (METALLB_POD_NAME)")
  @Nullable String podName;

  @Option(
      names = "--webhook-mode",
      paramLabel = "MODE",
      description = "enabled, disabled or onlywebhook (default ${DEFAULT-VALUE})")
  String webhookMode = "enabled";

  @Option(
      names = "--webhook-port",
      paramLabel = "PORT",
      description = "HTTPS port of the webhooks (default ${DEFAULT-VALUE})")
  int webhookPort = 9443;

  @Option(
      names = "--webhook-secret",
      paramLabel = "NAME",
      description = "Secret with the webhooks' certificates (default ${DEFAULT-VALUE})")
  String webhookSecret = "metallb-webhook-cert";

  @Option(
      names = "--cert-service-name",
      paramLabel = "NAME",
      description = "Service the API server calls the webhooks by (default ${DEFAULT-VALUE})")
  String certServiceName = "metallb-webhook-service";

  @Option(
      names = "--disable-cert-rotation",
      arity = "0..1",
      fallbackValue = "true",
      description = "somebody else fills the Secret and the caBundle, as cert-manager does")
  boolean disableCertRotation;

  @Option(
      names = "--pool-overlaps",
      paramLabel = "MODE",
      description =
          "deny, warn or off: pools with addresses of nodes, pods or Services (default"
              + " ${DEFAULT-VALUE})")
  String poolOverlaps = "deny";

  @Option(
      names = "--cluster-cidr",
      paramLabel = "CIDR",
      split = ",",
      description = "ranges of the pods, if the Nodes do not say them")
  List<String> clusterCidrs = List.of();

  @Option(
      names = "--service-cidr",
      paramLabel = "CIDR",
      split = ",",
      description = "ranges of the Services, if there are no ServiceCIDR objects")
  List<String> serviceCidrs = List.of();

  @Option(
      names = "--port-guard",
      paramLabel = "MODE",
      description = "deny, warn or off: host ports that collide (default ${DEFAULT-VALUE})")
  String portGuard = "off";

  @Option(
      names = "--port-guard-lenient",
      paramLabel = "NAMESPACE",
      split = ",",
      description =
          "namespaces that are only warned (default: kube-system and the own; an empty text for"
              + " none)")
  @Nullable List<String> portGuardLenient;

  @SuppressWarnings("UnusedVariable") // picocli reads it.
  @Mixin
  private final Inherited inherited = new Inherited();

  /** Accepted because existing Deployments set them; they have no meaning here. */
  @Option(
      names = {"--port", "--deployment", "--ml-secret-name", "--cert-dir"},
      hidden = true)
  List<String> obsolete = List.of();

  /** The same for flags that are on or off. */
  @Option(names = "--webhook-http2", hidden = true, arity = "0..1", fallbackValue = "true")
  boolean obsoleteSwitch;

  /** Fills in what no flag said. */
  void environment(Map<String, String> environment) {
    if (namespace == null) {
      namespace = environment.get("METALLB_NAMESPACE");
    }
    if (podName == null) {
      podName = environment.get("METALLB_POD_NAME");
    }
  }
}
