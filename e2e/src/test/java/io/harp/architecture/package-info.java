/** What the code must look like as a whole. */
@NullMarked
package io.harp.architecture;

import org.jspecify.annotations.NullMarked;
