@NullMarked
package io.harp.kube;

import org.jspecify.annotations.NullMarked;
