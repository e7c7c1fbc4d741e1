@NullMarked
package io.harp.controller.survey;

import org.jspecify.annotations.NullMarked;
