@NullMarked
package io.harp.speaker.announcement;

import org.jspecify.annotations.NullMarked;
