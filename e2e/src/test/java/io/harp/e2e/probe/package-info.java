@NullMarked
package io.harp.e2e.probe;

import org.jspecify.annotations.NullMarked;
