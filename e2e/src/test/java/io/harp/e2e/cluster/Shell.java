package io.harp.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine to their end. */
record Shell(Map<String, String> environment) {

  private static final int TIMEOUT_S = 300;

  /**
   * Runs a program, for five minutes at most.
   *
   * @return what it printed
   * @throws IllegalStateException if it fails, with what it printed
   */
  String run(String input, List<String> command) {
    try {
      // Not a pipe: what a script starts in the background would hold it open.
      Path output = Files.createTempFile("harp-e2e", ".out");
      try {
        return run(input, command, output);
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private String run(String input, List<String> command, Path output)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try (Writer stdin = process.outputWriter()) {
      stdin.write(input);
    } catch (IOException e) {
      // It ended without reading everything; its exit status tells why.
    }
    boolean ended = process.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8).strip();
    if (!ended || process.exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + said);
    }
    return said;
  }
}
