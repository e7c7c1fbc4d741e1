/**
 * Who gets which address. Everything here is a value: a step takes an {@link
 * io.harp.controller.allocation.Allocator} and a Service and gives the next one and an outcome.
 */
@NullMarked
package io.harp.controller.allocation;

import org.jspecify.annotations.NullMarked;
