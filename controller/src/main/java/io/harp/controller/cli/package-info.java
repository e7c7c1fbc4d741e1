/** The command {@code harp}: looks at a cluster for a person, and changes nothing. */
@NullMarked
package io.harp.controller.cli;

import org.jspecify.annotations.NullMarked;
