package io.harp.controller.status;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.ServiceReference;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.kube.ApiUnavailable;
import java.net.HttpURLConnection;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * Whom the API server trusts when it calls our webhooks: the {@code caBundle} of each entry that
 * names our Service. Entries of others in the same object are left alone.
 */
public final class WebhookTrust {

  private final KubernetesClient client;
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
  public WebhookTrust(
      KubernetesClient client, List<String> configurations, String namespace, String service) {
    this.client = client;
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
    try {
      ValidatingWebhookConfiguration configuration =
          client
              .admissionRegistration()
              .v1()
              .validatingWebhookConfigurations()
              .withName(name)
              .get();
      if (configuration == null) {
        return State.TRUSTED;
      }
      List<ValidatingWebhook> behind =
          configuration.getWebhooks().stream()
              .filter(this::isOurs)
              .filter(w -> !bundle.equals(w.getClientConfig().getCaBundle()))
              .toList();
      if (behind.isEmpty()) {
        return State.TRUSTED;
      }
      if (!mayWrite) {
        return State.BEHIND;
      }
      behind.forEach(w -> w.getClientConfig().setCaBundle(bundle));
      client.resource(configuration).update();
      return State.WRITTEN;
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return State.BEHIND;
      }
      throw new ApiUnavailable(
          "cannot put the CA into ValidatingWebhookConfiguration " + name + ": " + e.getMessage(),
          e);
    }
  }

  private boolean isOurs(ValidatingWebhook webhook) {
    ServiceReference reference =
        webhook.getClientConfig() == null ? null : webhook.getClientConfig().getService();
    return reference != null
        && Objects.equals(reference.getName(), service)
        && Objects.equals(reference.getNamespace(), namespace);
  }
}
