package io.harp.controller.admission;

/**
 * What one caller, or all together, may take of the webhook server. At each bound the newcomer is
 * refused; what was accepted before goes on.
 *
 * @param connections open connections
 * @param bodyBytes one request's body. An object may have 1.5 MiB in etcd, and a review contains
 *     two
 * @param bodiesBytes all bodies that wait for their end or their answer
 * @param requests requests being judged
 * @param handshakeMs until a connection speaks TLS
 * @param requestMs from a request's first byte to its last
 * @param idleMs without any request, after which a connection is closed
 */
record Limits(
    int connections,
    int bodyBytes,
    int bodiesBytes,
    int requests,
    long handshakeMs,
    long requestMs,
    long idleMs) {

  static final Limits DEFAULT = new Limits(256, 7 << 20, 16 << 20, 64, 5_000, 10_000, 120_000);
}
