package io.harp.ops;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags by which every daemon is told where to serve its metrics and how much to log. */
public final class Observability {

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "port of /metrics, /healthz and /readyz (default ${DEFAULT-VALUE})")
  private int metricsPort;

  @Option(
      names = "--metrics-bind-address",
      paramLabel = "ADDRESS",
      description = "address of the metrics port (default: all)")
  private @Nullable String metricsAddress;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "all, debug, info, warn, error or none (default ${DEFAULT-VALUE})")
  private String logLevel = "info";

  /**
   * @param metricsPort the default
   */
  public Observability(int metricsPort) {
    this.metricsPort = metricsPort;
  }

  public int metricsPort() {
    return metricsPort;
  }

  /** As given; absent for all addresses. */
  public @Nullable String metricsAddress() {
    return metricsAddress;
  }

  /** As given, by MetalLB's names of the levels. */
  public String logLevel() {
    return logLevel;
  }

  /**
   * Logs as much as was asked for from now on.
   *
   * @throws BadSetting if there is no such level
   */
  public void setLogLevel() {
    try {
      LogLevel.set(logLevel);
    } catch (IllegalArgumentException e) {
      throw new BadSetting("--log-level: " + e.getMessage());
    }
  }
}
