/** Values that speakers exchange: members, views, reports, plans, and their bytes. */
@NullMarked
package io.harp.speaker.protocol;

import org.jspecify.annotations.NullMarked;
