@NullMarked
package io.harp.controller;

import org.jspecify.annotations.NullMarked;
