/** The objects of the group {@code metallb.io} that Harp writes or that tests create. */
@NullMarked
package io.harp.kube.crd;

import org.jspecify.annotations.NullMarked;
