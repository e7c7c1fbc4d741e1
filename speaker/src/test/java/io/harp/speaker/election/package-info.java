@NullMarked
package io.harp.speaker.election;

import org.jspecify.annotations.NullMarked;
