@NullMarked
package io.harp.config;

import org.jspecify.annotations.NullMarked;
