package io.harp.kube;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Objects of MetalLB's group that have no effect here: those of BGP. They are counted, so that it
 * can be said, and never read.
 */
public final class NotServed {

  private NotServed() {}

  /** How many there are of each kind; without those of which there are none. */
  public static Map<String, Integer> count(Api api, String namespace) {
    Map<String, Integer> found = new LinkedHashMap<>();
    for (Resource kind : Resource.OF_BGP) {
      int count = count(api, namespace, kind);
      if (count > 0) {
        found.put(kind.kind(), count);
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
  private static int count(Api api, String namespace, Resource kind) {
    try {
      return api.list(kind, Scope.in(namespace)).size();
    } catch (ApiProblem e) {
      return 0;
    }
  }
}
