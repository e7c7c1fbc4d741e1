/** The API server of the lab, and the objects a kubelet would write. */
@NullMarked
package io.harp.e2e.api;

import org.jspecify.annotations.NullMarked;
