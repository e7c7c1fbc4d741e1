/** The values of Harp: parsed at the door, immutable, JDK only. */
@NullMarked
package io.harp.model;

import org.jspecify.annotations.NullMarked;
