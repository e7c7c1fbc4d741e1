/**
 * The node's network interfaces as metrics, in node_exporter's names. Reads files, sends nothing.
 */
@NullMarked
package io.harp.speaker.host;

import org.jspecify.annotations.NullMarked;
