/**
 * One thread that owns a daemon's state: its bounded inbox, its timers, and the only reader of the
 * system clock.
 */
@NullMarked
package io.harp.loop;

import org.jspecify.annotations.NullMarked;
