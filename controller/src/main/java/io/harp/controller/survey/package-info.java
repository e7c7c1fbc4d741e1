/** What stands in the way of an installation: decisions over what was read of a cluster. */
@NullMarked
package io.harp.controller.survey;

import org.jspecify.annotations.NullMarked;
