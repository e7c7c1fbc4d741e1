/** Who could own an address, and who shall: pure functions of facts, reports and the past. */
@NullMarked
package io.harp.speaker.election;

import org.jspecify.annotations.NullMarked;
