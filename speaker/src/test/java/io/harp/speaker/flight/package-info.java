@NullMarked
package io.harp.speaker.flight;

import org.jspecify.annotations.NullMarked;
