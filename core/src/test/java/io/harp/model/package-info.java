/** Tests. */
@NullMarked
package io.harp.model;

import org.jspecify.annotations.NullMarked;
