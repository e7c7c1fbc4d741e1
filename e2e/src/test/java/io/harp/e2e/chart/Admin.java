package io.harp.e2e.chart;

import io.fabric8.kubernetes.client.Config;
import io.harp.e2e.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What an administrator of a lab's cluster has. */
final class Admin {

  private Admin() {}

  static Helm helm(Lab lab) throws IOException {
    return new Helm(List.of("--kubeconfig", kubeconfig(lab).toString()));
  }

  /** A file for every program that looks for {@code KUBECONFIG}. */
  static Path kubeconfig(Lab lab) throws IOException {
    Config config = lab.api().client().getConfiguration();
    Path kubeconfig = lab.directory().resolve("kubeconfig-admin");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        current-context: lab
        contexts:
        - {name: lab, context: {cluster: lab, user: admin}}
        clusters:
        - name: lab
          cluster: {server: "%s", certificate-authority: "%s"}
        users:
        - {name: admin, user: {token: "%s"}}
        """
            .formatted(config.getMasterUrl(), config.getCaCertFile(), config.getOauthToken()));
    return kubeconfig;
  }
}
