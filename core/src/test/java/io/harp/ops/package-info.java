/** Tests. */
@NullMarked
package io.harp.ops;

import org.jspecify.annotations.NullMarked;
