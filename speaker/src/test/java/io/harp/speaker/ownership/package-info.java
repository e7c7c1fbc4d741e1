@NullMarked
package io.harp.speaker.ownership;

import org.jspecify.annotations.NullMarked;
