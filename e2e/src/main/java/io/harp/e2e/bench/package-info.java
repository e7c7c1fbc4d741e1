/** Measurements of what clients notice, written as tables for people and JSON for reports. */
@NullMarked
package io.harp.e2e.bench;

import org.jspecify.annotations.NullMarked;
