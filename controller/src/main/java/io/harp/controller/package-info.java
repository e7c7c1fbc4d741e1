/** The controller: gives each Service of type LoadBalancer an address. */
@NullMarked
package io.harp.controller;

import org.jspecify.annotations.NullMarked;
