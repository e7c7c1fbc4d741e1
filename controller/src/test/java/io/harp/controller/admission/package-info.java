@NullMarked
package io.harp.controller.admission;

import org.jspecify.annotations.NullMarked;
