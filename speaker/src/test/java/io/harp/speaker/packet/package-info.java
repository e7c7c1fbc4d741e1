@NullMarked
package io.harp.speaker.packet;

import org.jspecify.annotations.NullMarked;
