/**
 * The protocol by which exactly one speaker answers for an address: plan, fence and wire together
 * decide. One thread runs all of it, time is an argument, and its edges (membership, segment,
 * journal) are interfaces, so a simulator runs whole clusters of it under a seed.
 */
@NullMarked
package io.harp.speaker.ownership;

import org.jspecify.annotations.NullMarked;
