package io.harp.e2e.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes a kubeconfig for one user with a token. */
final class Kubeconfig {

  private Kubeconfig() {}

  /**
   * @param authority a line for the cluster entry that names the certificate authority, or empty
   */
  static Path write(Path file, String server, String authority, String token) {
    String text =
        """
        apiVersion: v1
        kind: Config
        current-context: lab
        clusters:
        - name: lab
          cluster:
            server: %s
            %s
        users:
        - name: lab
          user: {token: %s}
        contexts:
        - name: lab
          context: {cluster: lab, user: lab, namespace: default}
        """
            .formatted(server, authority, token);
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
