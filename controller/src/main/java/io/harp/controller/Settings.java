package io.harp.controller;

import io.harp.config.Occupied;
import io.harp.config.Ranges;
import io.harp.controller.admission.AdmissionSettings;
import io.harp.controller.admission.Severity;
import io.harp.ops.BadSetting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the controller runs with, checked.
 *
 * @param allocates whether addresses are given at all; not with {@code --webhook-mode=onlywebhook}
 * @param expectsLease whether somebody else makes the Lease, so that it goes with the installation
 * @param admission how admission requests are answered; empty with {@code --webhook-mode=disabled}
 */
record Settings(
    String namespace,
    Optional<String> lbClass,
    InetSocketAddress metrics,
    Optional<InetSocketAddress> probes,
    String podName,
    boolean allocates,
    boolean expectsLease,
    Optional<AdmissionSettings> admission) {

  private static final Path SERVICE_ACCOUNT_NAMESPACE =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");

  /**
   * Checks what the command line and the environment say.
   *
   * @throws BadSetting with one line that names the flag
   */
  static Settings of(Options options) {
    if (!Set.of("enabled", "disabled", "onlywebhook").contains(options.webhookMode)) {
      throw new BadSetting(
          "--webhook-mode: \""
              + options.webhookMode
              + "\" is none of enabled, disabled and onlywebhook");
    }
    return new Settings(
        namespace(options.namespace),
        Optional.of(options.lbClass).filter(c -> !c.isEmpty()),
        address(
            "--metrics-port",
            options.observability.metricsAddress(),
            options.observability.metricsPort()),
        options.healthProbePort == 0
            ? Optional.empty()
            : Optional.of(address("--health-probe-port", null, options.healthProbePort)),
        options.podName == null ? "controller" : options.podName,
        !options.webhookMode.equals("onlywebhook"),
        options.expectLease,
        options.webhookMode.equals("disabled")
            ? Optional.empty()
            : Optional.of(admission(options)));
  }

  private static AdmissionSettings admission(Options options) {
    String namespace = namespace(options.namespace);
    List<Occupied> occupied = new ArrayList<>();
    options.clusterCidrs.forEach(c -> occupied.add(occupied("--cluster-cidr", "the pods", c)));
    options.serviceCidrs.forEach(c -> occupied.add(occupied("--service-cidr", "Services", c)));
    return new AdmissionSettings(
        address("--webhook-port", null, options.webhookPort),
        namespace,
        Optional.of(options.lbClass).filter(c -> !c.isEmpty()),
        options.certServiceName,
        options.webhookSecret,
        !options.disableCertRotation,
        severity("--pool-overlaps", options.poolOverlaps),
        occupied,
        severity("--port-guard", options.portGuard),
        options.portGuardLenient == null
            ? Set.of("kube-system", namespace)
            : Set.copyOf(options.portGuardLenient.stream().filter(n -> !n.isEmpty()).toList()));
  }

  private static Severity severity(String flag, String text) {
    try {
      return Severity.of(text);
    } catch (IllegalArgumentException e) {
      throw new BadSetting(flag + ": " + e.getMessage());
    }
  }

  private static Occupied occupied(String flag, String by, String cidr) {
    try {
      return new Occupied(by + " (" + flag + ")", Ranges.parse(cidr));
    } catch (IllegalArgumentException e) {
      throw new BadSetting(flag + ": " + e.getMessage());
    }
  }

  private static String namespace(@Nullable String told) {
    if (told != null && !told.isEmpty()) {
      return told;
    }
    try {
      return Files.readString(SERVICE_ACCOUNT_NAMESPACE).strip();
    } catch (IOException e) {
      throw new BadSetting(
          "--namespace is not set: name the namespace of the pools, or set METALLB_NAMESPACE");
    }
  }

  private static InetSocketAddress address(String flag, @Nullable String host, int port) {
    if (port < 0 || port > 65535) {
      throw new BadSetting(flag + ": " + port + " is no port, 0-65535");
    }
    InetSocketAddress address =
        host == null || host.isEmpty()
            ? new InetSocketAddress(port)
            : new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new BadSetting("--metrics-bind-address: \"" + host + "\" is no address of this host");
    }
    return address;
  }
}
