/**
 * Reads pools and advertisements, judges them object by object, and says what is wrong with which
 * field. One code for admission, controller and speaker.
 */
@NullMarked
package io.harp.config;

import org.jspecify.annotations.NullMarked;
