/** What this speaker holds, and how it says so. */
@NullMarked
package io.harp.speaker.announcement;

import org.jspecify.annotations.NullMarked;
