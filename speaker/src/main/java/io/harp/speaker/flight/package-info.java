/**
 * The last frames and decisions about the addresses a speaker cares for, kept for whoever asks
 * afterwards what happened on the wire.
 */
@NullMarked
package io.harp.speaker.flight;

import org.jspecify.annotations.NullMarked;
