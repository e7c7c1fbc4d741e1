@NullMarked
package io.harp.speaker.capture;

import org.jspecify.annotations.NullMarked;
