/**
 * The frames the speaker reads and writes, as bytes only: ARP (RFC 826, 5227), neighbor discovery
 * (RFC 4861, 4862) and echo requests on Ethernet.
 *
 * <p>Each packet has two sides. The record with {@code decode} and {@code encode} is for people and
 * tests. The static methods that take a {@code byte[]} allocate nothing and are for the responder,
 * which sees every broadcast of the segment; call them only after the packet's own {@code isValid}
 * said yes.
 */
@NullMarked
package io.harp.speaker.packet;

import org.jspecify.annotations.NullMarked;
