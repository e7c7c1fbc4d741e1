/** What the probes saw, and what follows from it. */
@NullMarked
package io.harp.e2e.probe;

import org.jspecify.annotations.NullMarked;
