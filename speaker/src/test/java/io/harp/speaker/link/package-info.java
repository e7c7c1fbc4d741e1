@NullMarked
package io.harp.speaker.link;

import org.jspecify.annotations.NullMarked;
