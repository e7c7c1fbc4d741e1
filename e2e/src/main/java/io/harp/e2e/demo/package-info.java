/** The story the demo tells, and its report. */
@NullMarked
package io.harp.e2e.demo;

import org.jspecify.annotations.NullMarked;
