/**
 * Which of several controllers gives addresses: pure, told what the Lease says and what time it is.
 */
@NullMarked
package io.harp.controller.leadership;

import org.jspecify.annotations.NullMarked;
