@NullMarked
package io.harp.e2e.agent;

import org.jspecify.annotations.NullMarked;
