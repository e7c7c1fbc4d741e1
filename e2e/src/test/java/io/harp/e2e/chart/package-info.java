/** The Helm chart: what it renders, refuses and installs, and what is generated from it. */
@org.jspecify.annotations.NullMarked
package io.harp.e2e.chart;
