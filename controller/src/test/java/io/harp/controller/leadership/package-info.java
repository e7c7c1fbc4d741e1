@NullMarked
package io.harp.controller.leadership;

import org.jspecify.annotations.NullMarked;
