/** The only writer to the Kubernetes API: status of Services and pools, events. */
@NullMarked
package io.harp.controller.status;

import org.jspecify.annotations.NullMarked;
