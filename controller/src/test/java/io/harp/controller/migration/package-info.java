@NullMarked
package io.harp.controller.migration;

import org.jspecify.annotations.NullMarked;
