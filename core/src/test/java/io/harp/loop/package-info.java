/** Tests. */
@NullMarked
package io.harp.loop;

import org.jspecify.annotations.NullMarked;
