/**
 * Harp on real clusters: the chart installed from the image, judged by what a client on the LAN
 * sees. One suite, two kinds of clusters. Run by {@code ./dev e2e} and {@code ./dev kind}, not by
 * the tests' command.
 */
@NullMarked
package io.harp.e2e.cluster;

import org.jspecify.annotations.NullMarked;
