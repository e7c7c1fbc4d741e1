package io.harp.controller.hostports;

import java.util.Set;

/**
 * One port of a node.
 *
 * @param port 1-65535
 * @param protocol TCP, UDP or SCTP
 * @param ip the node's address it is bound to; empty for all
 */
record HostPort(int port, String protocol, String ip) {

  /** What the scheduler takes for "all addresses". */
  private static final Set<String> ALL = Set.of("", "0.0.0.0", "::");

  HostPort {
    ip = ALL.contains(ip) ? "" : ip;
  }

  /** Whether two cannot be bound on one node. */
  boolean collides(HostPort other) {
    return port == other.port
        && protocol.equals(other.protocol)
        && (ip.isEmpty() || other.ip.isEmpty() || ip.equals(other.ip));
  }

  @Override
  public String toString() {
    return protocol + "/" + port + (ip.isEmpty() ? "" : " on " + ip);
  }
}
