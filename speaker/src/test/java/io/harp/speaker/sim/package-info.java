/**
 * A seeded simulation of whole clusters: the real {@link io.harp.speaker.ownership.Speaker} on a
 * fake segment and a fake membership, with faults, in one thread and without real time.
 */
@NullMarked
package io.harp.speaker.sim;

import org.jspecify.annotations.NullMarked;
