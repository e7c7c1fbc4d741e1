@NullMarked
package io.harp.kube.crd;

import org.jspecify.annotations.NullMarked;
