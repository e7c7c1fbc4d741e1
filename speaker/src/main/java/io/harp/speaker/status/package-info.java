/** What the speaker writes to the API: one event and one ServiceL2Status for each move. */
@NullMarked
package io.harp.speaker.status;

import org.jspecify.annotations.NullMarked;
