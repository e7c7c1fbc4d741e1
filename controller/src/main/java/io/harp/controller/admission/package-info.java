/**
 * Answers the API server's questions about new and changed objects: an HTTPS server, one judge for
 * each path, and the certificates it needs.
 */
@NullMarked
package io.harp.controller.admission;

import org.jspecify.annotations.NullMarked;
