@NullMarked
package io.harp.speaker.status;

import org.jspecify.annotations.NullMarked;
