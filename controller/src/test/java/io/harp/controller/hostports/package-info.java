@NullMarked
package io.harp.controller.hostports;

import org.jspecify.annotations.NullMarked;
