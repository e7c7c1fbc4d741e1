/** Who is alive, and messages between those: the only importer of JGroups. */
@NullMarked
package io.harp.speaker.membership;

import org.jspecify.annotations.NullMarked;
