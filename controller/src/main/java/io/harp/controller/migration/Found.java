package io.harp.controller.migration;

import io.harp.controller.hostports.Census;
import io.harp.kube.Fields;
import io.harp.kube.PlainObjects.Kind;
import io.harp.kube.PlainObjects.Scope;
import io.harp.kube.Server;
import io.harp.kube.Server.Right;
import io.harp.kube.crd.MetalLb;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A cluster as MetalLB has it.
 *
 * @param namespace MetalLB's
 * @param services all of the cluster
 * @param namespaces all of the cluster, whose labels pools may select
 * @param routed objects by kind that only BGP has a use for
 * @param excluded the ConfigMap {@code metallb-excludel2}
 * @param secret the Secret of the membership; empty if there is none or we may not see it
 * @param webhooks all ValidatingWebhookConfigurations
 */
record Found(
    String namespace,
    Census census,
    List<Fields> services,
    List<Fields> namespaces,
    List<Fields> pools,
    List<Fields> advertisements,
    Map<String, List<Fields>> routed,
    Optional<Fields> excluded,
    Optional<Fields> secret,
    List<Fields> webhooks) {

  static final String EXCLUDED = "metallb-excludel2";

  private static final Map<String, Kind> ROUTED = new LinkedHashMap<>();

  static {
    ROUTED.put("BGPPeer", kind("v1beta2", "BGPPeer", "bgppeers"));
    ROUTED.put("BGPAdvertisement", kind("v1beta1", "BGPAdvertisement", "bgpadvertisements"));
    ROUTED.put("Community", kind("v1beta1", "Community", "communities"));
    ROUTED.put("BFDProfile", kind("v1beta1", "BFDProfile", "bfdprofiles"));
  }

  Found {
    services = List.copyOf(services);
    namespaces = List.copyOf(namespaces);
    pools = List.copyOf(pools);
    advertisements = List.copyOf(advertisements);
    routed = Map.copyOf(routed);
    webhooks = List.copyOf(webhooks);
  }

  /**
   * Reads a cluster.
   *
   * @param namespace MetalLB's; empty to look where its controller is
   * @throws io.harp.kube.ApiUnavailable if it cannot be read
   */
  static Found in(Server server, String namespace) {
    Census census = Census.of(server::list);
    String where = namespace.isEmpty() ? Installed.namespace(census) : namespace;
    Scope there = new Scope(Optional.of(where), Map.of());
    Map<String, List<Fields>> routed = new LinkedHashMap<>();
    ROUTED.forEach((name, kind) -> routed.put(name, server.list(kind, there)));
    String secret = Installed.of(where, census).secret();
    boolean mayRead = server.may(new Right("list", "", "secrets", Optional.of(where)));
    return new Found(
        where,
        census,
        server.list(new Kind("", "v1", "Service", "services"), Scope.ALL),
        server.list(new Kind("", "v1", "Namespace", "namespaces"), Scope.ALL),
        server.list(kind(MetalLb.VERSION, "IPAddressPool", "ipaddresspools"), there),
        server.list(kind(MetalLb.VERSION, "L2Advertisement", "l2advertisements"), there),
        routed,
        server.list(new Kind("", "v1", "ConfigMap", "configmaps"), named(where, EXCLUDED)).stream()
            .findFirst(),
        mayRead && !secret.isEmpty()
            ? server.list(new Kind("", "v1", "Secret", "secrets"), named(where, secret)).stream()
                .findFirst()
            : Optional.empty(),
        server.list(
            new Kind(
                "admissionregistration.k8s.io",
                "v1",
                "ValidatingWebhookConfiguration",
                "validatingwebhookconfigurations"),
            Scope.ALL));
  }

  Installed installed() {
    return Installed.of(namespace, census);
  }

  private static Kind kind(String version, String kind, String plural) {
    return new Kind(MetalLb.GROUP, version, kind, plural);
  }

  private static Scope named(String namespace, String name) {
    return new Scope(Optional.of(namespace), Map.of("metadata.name", name));
  }
}
