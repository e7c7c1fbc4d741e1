package io.harp.e2e.chart;

import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rights as lines {@code verb group/resource}: those the chart grants, and those that were used.
 */
final class Access {

  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  private Access() {}

  /** Of all rules in these files of {@code charts/harp/rbac}. */
  static Set<String> granted(String... files) throws IOException {
    Set<String> granted = new TreeSet<>();
    for (String file : files) {
      String text = Files.readString(Chart.DIRECTORY.resolve("rbac").resolve(file));
      for (var object : new Rendered(text).objects()) {
        List<PolicyRule> rules =
            object instanceof ClusterRole cluster
                ? cluster.getRules()
                : object instanceof Role role ? role.getRules() : List.of();
        rules.forEach(rule -> granted.addAll(lines(rule)));
      }
    }
    return granted;
  }

  private static Set<String> lines(PolicyRule rule) {
    return rule.getApiGroups().stream()
        .flatMap(group ->
            rule.getResources().stream()
                .flatMap(
                    resource -> rule.getVerbs().stream().map(verb -> line(verb, group, resource))))
        .collect(Collectors.toSet());
  }

  private static String line(String verb, String group, String resource) {
    return verb + " " + (group.isEmpty() ? "" : group + "/") + resource;
  }

  /**
   * What a service account asked for, by the API server's audit log.
   *
   * @param refused only what was answered with 403
   */
  static Set<String> asked(Path auditLog, String account, boolean refused) throws IOException {
    Set<String> asked = new TreeSet<>();
    for (String entry : Files.readAllLines(auditLog)) {
      Map<?, ?> event = YAML.unmarshal(entry, Map.class);
      Map<?, ?> user = (Map<?, ?>) event.get("user");
      Map<?, ?> object = (Map<?, ?>) event.get("objectRef");
      if (object != null
          && ("system:serviceaccount:" + Chart.NAMESPACE + ":" + account)
              .equals(user == null ? null : user.get("username"))
          && (!refused || code(event) == 403)) {
        String sub = text(object.get("subresource"));
        asked.add(
            line(
                text(event.get("verb")),
                text(object.get("apiGroup")),
                text(object.get("resource")) + (sub.isEmpty() ? "" : "/" + sub)));
      }
    }
    return asked;
  }

  private static int code(Map<?, ?> event) {
    return event.get("responseStatus") instanceof Map<?, ?> status
            && status.get("code") instanceof Number code
        ? code.intValue()
        : 0;
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }
}
