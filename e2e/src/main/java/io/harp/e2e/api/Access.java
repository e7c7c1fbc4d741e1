package io.harp.e2e.api;

import static io.harp.e2e.net.LabPlan.API_ADDRESS;
import static io.harp.e2e.net.LabPlan.API_PORT;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.harp.e2e.api.ApiServer.User;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How users reach an API server, each with a token.
 *
 * @param authority the certificate the server is known by; plain HTTP without one
 */
record Access(Optional<Path> authority) {

  private static final String NAMESPACE = "default";

  static String token(User user) {
    return user.name().toLowerCase(java.util.Locale.ROOT) + "-token";
  }

  /**
   * What a daemon finds in its environment. In a pod it would find files of its service account; a
   * kubeconfig would be a detour through a YAML parser that no pod takes, and its start is measured
   * here.
   */
  Map<String, String> environment(User user) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("KUBERNETES_MASTER", url(API_ADDRESS, API_PORT));
    environment.put("KUBERNETES_AUTH_TOKEN", token(user));
    environment.put("KUBERNETES_AUTH_TRYKUBECONFIG", "false");
    environment.put("KUBERNETES_AUTH_TRYSERVICEACCOUNT", "false");
    authority.ifPresent(ca -> environment.put("KUBERNETES_CERTS_CA_FILE", ca.toString()));
    return environment;
  }

  /** The lab's own client, through the doorway. */
  KubernetesClient admin(Doorway doorway) {
    ConfigBuilder config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(url("localhost", doorway.port()))
            .withOauthToken(token(User.ADMIN))
            .withNamespace(NAMESPACE)
            .withRequestRetryBackoffLimit(0)
            .withUserAgent(ApiServer.LAB_AGENT);
    authority.ifPresent(ca -> config.withCaCertFile(ca.toString()));
    return new KubernetesClientBuilder().withConfig(config.build()).build();
  }

  /** Writes a kubeconfig that works inside the lab's namespaces, for people and their tools. */
  void kubeconfig(Path file) {
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
          context: {cluster: lab, user: lab, namespace: %s}
        """
            .formatted(
                url(API_ADDRESS, API_PORT),
                authority.map(ca -> "certificate-authority: " + ca).orElse(""),
                token(User.ADMIN),
                NAMESPACE);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String url(String host, int port) {
    return (authority.isPresent() ? "https://" : "http://") + host + ":" + port;
  }
}
