/** The speaker's process: settings in, parts wired, signals out. */
@NullMarked
package io.harp.speaker;

import org.jspecify.annotations.NullMarked;
