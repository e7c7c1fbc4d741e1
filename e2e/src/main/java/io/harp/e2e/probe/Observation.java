package io.harp.e2e.probe;

/**
 * One line of what a probe saw. Times are CLOCK_MONOTONIC in ns, the same clock in every process.
 */
public sealed interface Observation {

  long atNs();

  /** How a client asks. */
  enum Kind {
    /** A datagram to the Service, with the kernel's neighbour cache as it is. */
    UDP,
    /** A new TCP connection and an HTTP request over it. */
    TCP,
    /** Who has the address? By ARP or neighbour solicitation, past every cache. */
    ARP
  }

  /** A probe went out. */
  record Sent(Kind kind, long atNs) implements Observation {}

  /**
   * A probe was answered.
   *
   * @param sentNs when the probe went out
   * @param who the node that answered, from the payload or by its MAC address
   */
  record Answered(Kind kind, long sentNs, long atNs, String who) implements Observation {}

  /** A node announced the address unasked. */
  record Claimed(long atNs, String who) implements Observation {}
}
