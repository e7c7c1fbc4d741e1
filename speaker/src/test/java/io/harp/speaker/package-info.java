/** Tests of the process around the parts. */
@NullMarked
package io.harp.speaker;

import org.jspecify.annotations.NullMarked;
