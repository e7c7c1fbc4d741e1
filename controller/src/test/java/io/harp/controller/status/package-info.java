@NullMarked
package io.harp.controller.status;

import org.jspecify.annotations.NullMarked;
