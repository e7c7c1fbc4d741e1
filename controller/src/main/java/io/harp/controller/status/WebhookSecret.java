package io.harp.controller.status;

import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.ApiUnavailable;
import io.harp.kube.Fields;
import io.harp.kube.Resource;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The Secret that holds the webhooks' keys. All methods wait for the API server. */
public final class WebhookSecret {

  private final Api api;
  private final String namespace;
  private final String name;

  /**
   * What is in it.
   *
   * @param version of the object, so that nobody else's change is overwritten
   */
  public record Stored(Map<String, byte[]> data, String version) {}

  public WebhookSecret(Api api, String namespace, String name) {
    this.api = api;
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
      return api.find(path()).map(WebhookSecret::stored);
    } catch (ApiProblem e) {
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
      Optional<Fields> there = before.isPresent() ? api.find(path()) : Optional.empty();
      if (there.isEmpty()) {
        api.create(Resource.SECRETS.path(namespace), fresh(encoded));
        return true;
      }
      if (!before.get().version().equals(there.get().resourceVersion())) {
        return false;
      }
      Map<String, Object> update = there.get().copy();
      update.put("data", encoded);
      api.replace(path(), update);
      return true;
    } catch (ApiProblem e) {
      if (e.isConflict()) {
        return false;
      }
      throw unavailable("write", e);
    }
  }

  private Map<String, Object> fresh(Map<String, String> data) {
    return Map.of(
        "apiVersion", "v1",
        "kind", "Secret",
        "metadata", Map.of("name", name, "namespace", namespace),
        "type", "Opaque",
        "data", data);
  }

  private String path() {
    return Resource.SECRETS.path(namespace, name);
  }

  private ApiUnavailable unavailable(String what, ApiProblem e) {
    return new ApiUnavailable(
        "cannot " + what + " the Secret " + namespace + "/" + name + ": " + e.getMessage(), e);
  }

  private static Stored stored(Fields secret) {
    Map<String, byte[]> data = new HashMap<>();
    secret.labels("data").forEach((key, value) -> data.put(key, decoded(value)));
    return new Stored(data, secret.resourceVersion());
  }

  private static byte[] decoded(String text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }
}
