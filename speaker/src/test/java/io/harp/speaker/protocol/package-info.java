@NullMarked
package io.harp.speaker.protocol;

import org.jspecify.annotations.NullMarked;
