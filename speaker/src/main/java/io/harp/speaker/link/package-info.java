/**
 * The wire itself: which interfaces may speak, capturing and answering on them, and sending. The
 * only importer of the C library's sockets.
 */
@NullMarked
package io.harp.speaker.link;

import org.jspecify.annotations.NullMarked;
