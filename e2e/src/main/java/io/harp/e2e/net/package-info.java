/** Namespaces, processes in them, and the cables between them. */
@NullMarked
package io.harp.e2e.net;

import org.jspecify.annotations.NullMarked;
