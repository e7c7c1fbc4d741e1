package io.harp.controller.status;

import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.ApiUnavailable;
import io.harp.kube.Fields;
import io.harp.kube.Resource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whom the API server trusts when it calls our webhooks: the {@code caBundle} of each entry that
 * names our Service. Entries of others in the same object are left alone.
 */
public final class WebhookTrust {

  private final Api api;
  private final List<String> configurations;
  private final String namespace;
  private final String service;

  /** How far a configuration is. */
  public enum State {
    /** Every entry has the bundle. */
    TRUSTED,
    /** Every entry has it now, and an API server needs a moment to hear of it. */
    WRITTEN,
    /** Some entry has another one, and it was not for us to change, or somebody else was faster. */
    BEHIND
  }

  /**
   * @param configurations names of ValidatingWebhookConfigurations; those that do not exist are
   *     fine
   * @param service the Service of the webhooks in {@code namespace}
   */
  public WebhookTrust(Api api, List<String> configurations, String namespace, String service) {
    this.api = api;
    this.configurations = List.copyOf(configurations);
    this.namespace = namespace;
    this.service = service;
  }

  public List<String> configurations() {
    return configurations;
  }

  /**
   * Compares, and writes if it may. The worst state of all configurations.
   *
   * @throws ApiUnavailable if one cannot be read or written
   */
  public State establish(byte[] bundle, boolean mayWrite) {
    String encoded = Base64.getEncoder().encodeToString(bundle);
    State worst = State.TRUSTED;
    for (String name : configurations) {
      State state = establish(name, encoded, mayWrite);
      worst = state.compareTo(worst) > 0 ? state : worst;
    }
    return worst;
  }

  private State establish(String name, String bundle, boolean mayWrite) {
    String path = Resource.WEBHOOK_CONFIGURATIONS.path("", name);
    try {
      Optional<Fields> there = api.find(path);
      if (there.isEmpty()) {
        return State.TRUSTED;
      }
      Fields configuration = there.get();
      List<Fields> webhooks = configuration.objects("webhooks", w -> w);
      if (webhooks.stream().noneMatch(w -> isBehind(w, bundle))) {
        return State.TRUSTED;
      }
      if (!mayWrite) {
        return State.BEHIND;
      }
      Map<String, Object> update = configuration.copy();
      update.put(
          "webhooks",
          webhooks.stream()
              .map(w -> isBehind(w, bundle) ? trusting(w, bundle) : w.values())
              .toList());
      api.replace(path, update);
      return State.WRITTEN;
    } catch (ApiProblem e) {
      if (e.isConflict()) {
        return State.BEHIND;
      }
      throw new ApiUnavailable(
          "cannot put the CA into ValidatingWebhookConfiguration " + name + ": " + e.getMessage(),
          e);
    }
  }

  private static Map<String, Object> trusting(Fields webhook, String bundle) {
    Map<String, Object> client = webhook.object("clientConfig").copy();
    client.put("caBundle", bundle);
    Map<String, Object> update = webhook.copy();
    update.put("clientConfig", client);
    return update;
  }

  private boolean isBehind(Fields webhook, String bundle) {
    Fields client = webhook.object("clientConfig");
    Fields reference = client.object("service");
    return reference.text("name").equals(service)
        && reference.text("namespace").equals(namespace)
        && !client.text("caBundle").equals(bundle);
  }
}
