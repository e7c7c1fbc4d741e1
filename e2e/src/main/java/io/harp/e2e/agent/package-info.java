/** What runs inside the namespaces: backends, probes, a relay and the embedded API server. */
@NullMarked
package io.harp.e2e.agent;

import org.jspecify.annotations.NullMarked;
