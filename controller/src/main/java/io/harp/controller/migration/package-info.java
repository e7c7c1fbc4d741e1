/**
 * What becomes of a cluster that has MetalLB when Harp takes over: decisions over what was read.
 */
@NullMarked
package io.harp.controller.migration;

import org.jspecify.annotations.NullMarked;
