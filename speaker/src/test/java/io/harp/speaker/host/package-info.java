@NullMarked
package io.harp.speaker.host;

import org.jspecify.annotations.NullMarked;
