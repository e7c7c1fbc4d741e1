package io.harp.controller.status;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.harp.kube.ApiUnavailable;
import java.net.HttpURLConnection;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The Secret that holds the webhooks' keys. All methods wait for the API server. */
public final class WebhookSecret {

  private final KubernetesClient client;
  private final String namespace;
  private final String name;

  /**
   * What is in it.
   *
   * @param version of the object, so that nobody else's change is overwritten
   */
  public record Stored(Map<String, byte[]> data, String version) {}

  public WebhookSecret(KubernetesClient client, String namespace, String name) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
  }

  public String name() {
    return name;
  }

  /**
   * What is there now.
   *
   * @throws ApiUnavailable if it cannot be read
   */
  public Optional<Stored> read() {
    try {
      return Optional.ofNullable(resource().get()).map(WebhookSecret::stored);
    } catch (KubernetesClientException e) {
      throw unavailable("read", e);
    }
  }

  /**
   * Creates or replaces it; false if somebody else was faster.
   *
   * @throws ApiUnavailable if it cannot be written
   */
  public boolean write(Optional<Stored> before, Map<String, byte[]> data) {
    Map<String, String> encoded = new HashMap<>();
    data.forEach((key, value) -> encoded.put(key, Base64.getEncoder().encodeToString(value)));
    try {
      Secret there = before.isPresent() ? resource().get() : null;
      if (there == null) {
        client.resource(fresh(encoded)).create();
        return true;
      }
      if (!before.get().version().equals(there.getMetadata().getResourceVersion())) {
        return false;
      }
      there.setData(encoded);
      client.resource(there).update();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return false;
      }
      throw unavailable("write", e);
    }
  }

  private Secret fresh(Map<String, String> data) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(namespace)
        .endMetadata()
        .withType("Opaque")
        .withData(data)
        .build();
  }

  private Resource<Secret> resource() {
    return client.secrets().inNamespace(namespace).withName(name);
  }

  private ApiUnavailable unavailable(String what, KubernetesClientException e) {
    return new ApiUnavailable(
        "cannot " + what + " the Secret " + namespace + "/" + name + ": " + e.getMessage(), e);
  }

  private static Stored stored(Secret secret) {
    Map<String, byte[]> data = new HashMap<>();
    Objects.requireNonNullElse(secret.getData(), Map.<String, String>of())
        .forEach((key, value) -> data.put(key, decoded(value)));
    return new Stored(
        data, Objects.requireNonNullElse(secret.getMetadata().getResourceVersion(), ""));
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
