@NullMarked
package io.harp.controller.allocation;

import org.jspecify.annotations.NullMarked;
