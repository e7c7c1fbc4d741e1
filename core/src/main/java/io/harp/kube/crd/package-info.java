/**
 * The objects of the group {@code metallb.io} as classes, for fabric8's typed client: lab and tests
 * create and read them so. The daemons read and write plain fields.
 */
@NullMarked
package io.harp.kube.crd;

import org.jspecify.annotations.NullMarked;
