/** What operators ask a daemon: {@code /metrics}, {@code /healthz}, {@code /readyz}. */
@NullMarked
package io.harp.ops;

import org.jspecify.annotations.NullMarked;
