package io.harp.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.harp.kube.crd.MetalLb;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Objects of MetalLB's group that have no effect here: those of BGP. They are counted, so that it
 * can be said, and never read.
 */
public final class NotServed {

  private static final List<ResourceDefinitionContext> KINDS =
      List.of(
          MetalLb.BGP_PEERS, MetalLb.BGP_ADVERTISEMENTS, MetalLb.BFD_PROFILES, MetalLb.COMMUNITIES);

  private NotServed() {}

  /** How many there are of each kind; without those of which there are none. */
  public static Map<String, Integer> count(KubernetesClient client, String namespace) {
    Map<String, Integer> found = new LinkedHashMap<>();
    for (ResourceDefinitionContext kind : KINDS) {
      int count = count(client, namespace, kind);
      if (count > 0) {
        found.put(kind.getKind(), count);
      }
    }
    return found;
  }

  /** One sentence for people; empty if there are none. */
  public static String sentence(Map<String, Integer> found) {
    return found.isEmpty()
        ? ""
        : found.entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "))
            + ": not served, Harp announces on layer 2 only";
  }

  /** None if the kind is not installed, we may not look, or the API does not answer any more. */
  private static int count(
      KubernetesClient client, String namespace, ResourceDefinitionContext kind) {
    try {
      List<GenericKubernetesResource> items =
          client
              .genericKubernetesResources(kind)
              .inNamespace(namespace)
              .list(new ListOptionsBuilder().withLimit(500L).build())
              .getItems();
      return items.size();
    } catch (KubernetesClientException | IllegalStateException e) {
      return 0; // The latter is what a client says that was closed meanwhile.
    }
  }
}
