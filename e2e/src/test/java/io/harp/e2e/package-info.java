@NullMarked
package io.harp.e2e;

import org.jspecify.annotations.NullMarked;
