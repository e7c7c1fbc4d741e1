/** What threads that others wait for ask of the system's scheduler. */
@NullMarked
package io.harp.speaker.scheduling;

import org.jspecify.annotations.NullMarked;
