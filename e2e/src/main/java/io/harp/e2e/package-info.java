/**
 * A LAN in a box: nodes, clients, a gateway and an API server in network namespaces, and every
 * fault a rack can have as a method.
 */
@NullMarked
package io.harp.e2e;

import org.jspecify.annotations.NullMarked;
