package io.harp.controller.survey;

import io.harp.kube.Server.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the chart creates, and so what its installer must be allowed to create. */
final class Rights {

  private Rights() {}

  static List<Right> toInstall(String namespace, boolean namespaceExists) {
    List<Right> rights = new ArrayList<>();
    if (!namespaceExists) {
      rights.add(everywhere("", "namespaces"));
    }
    rights.add(everywhere("apiextensions.k8s.io", "customresourcedefinitions"));
    rights.add(everywhere("rbac.authorization.k8s.io", "clusterroles"));
    rights.add(everywhere("rbac.authorization.k8s.io", "clusterrolebindings"));
    rights.add(everywhere("admissionregistration.k8s.io", "validatingwebhookconfigurations"));
    Optional<String> there = Optional.of(namespace);
    for (String core : List.of("secrets", "configmaps", "services", "serviceaccounts")) {
      rights.add(new Right("create", "", core, there));
    }
    for (String apps : List.of("daemonsets", "deployments")) {
      rights.add(new Right("create", "apps", apps, there));
    }
    for (String rbac : List.of("roles", "rolebindings")) {
      rights.add(new Right("create", "rbac.authorization.k8s.io", rbac, there));
    }
    rights.add(new Right("create", "networking.k8s.io", "networkpolicies", there));
    rights.add(new Right("create", "policy", "poddisruptionbudgets", there));
    return rights;
  }

  private static Right everywhere(String group, String resource) {
    return new Right("create", group, resource, Optional.empty());
  }
}
