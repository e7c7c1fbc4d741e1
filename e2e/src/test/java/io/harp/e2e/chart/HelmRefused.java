package io.harp.e2e.chart;

/** Helm ended with an error; the message is what it printed. */
final class HelmRefused extends RuntimeException {

  HelmRefused(String output) {
    super(output);
  }
}
