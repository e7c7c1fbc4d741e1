@NullMarked
package io.harp.controller.cli;

import org.jspecify.annotations.NullMarked;
