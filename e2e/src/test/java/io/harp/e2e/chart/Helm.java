package io.harp.e2e.chart;

import io.harp.e2e.Requirements;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The program {@code helm}. Not helm-java: that asks a cluster even to render a chart that looks
 * things up, and it cannot roll back.
 *
 * @param before what comes before each command
 */
record Helm(List<String> before) {

  /** One that sees no cluster, not even that of whoever runs the tests. */
  static Helm offline() {
    return new Helm(List.of("--kubeconfig", "/dev/null"));
  }

  /** What it printed on stdout; chatter on stderr is shown only when it fails. */
  String run(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(Requirements.helm().orElseThrow().toString()));
    command.addAll(arguments);
    command.addAll(before);
    try {
      Process helm = new ProcessBuilder(command).redirectErrorStream(false).start();
      helm.getOutputStream().close();
      StringBuilder errors = new StringBuilder();
      Thread reader = Thread.ofVirtual().start(() -> errors.append(text(helm.getErrorStream())));
      String output = text(helm.getInputStream());
      reader.join();
      if (helm.waitFor() != 0) {
        throw new HelmRefused(output + errors);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String run(String... arguments) {
    return run(List.of(arguments));
  }

  private static String text(java.io.InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
