package io.harp.controller.cli;

import io.harp.controller.survey.Installation;
import java.util.List;
import picocli.CommandLine.Option;

/** The ports Harp will have on the nodes. */
final class NodePorts {

  @Option(
      names = "--membership-port",
      paramLabel = "PORT",
      description = "the chart's speaker.memberlist.mlBindPort (default ${DEFAULT-VALUE})")
  int membership = 7472;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = "the chart's prometheus.metricsPort (default ${DEFAULT-VALUE})")
  int metrics = 7473;

  @Option(
      names = "--monitor-port",
      paramLabel = "PORT",
      description = "the chart's packetMonitor.metricsPort (default ${DEFAULT-VALUE})")
  int monitor = 7474;

  List<Installation.Port> all() {
    return Installation.ports(membership, metrics, monitor);
  }
}
