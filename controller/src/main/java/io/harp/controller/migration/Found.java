package io.harp.controller.migration;

import io.harp.controller.hostports.Census;
import io.harp.kube.Fields;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import io.harp.kube.Server;
import io.harp.kube.Server.Right;
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
    Scope there = Scope.in(where);
    Map<String, List<Fields>> routed = new LinkedHashMap<>();
    Resource.OF_BGP.forEach(kind -> routed.put(kind.kind(), server.list(kind, there)));
    String secret = Installed.of(where, census).secret();
    boolean mayRead = server.may(new Right("list", "", "secrets", Optional.of(where)));
    return new Found(
        where,
        census,
        server.list(Resource.SERVICES, Scope.ALL),
        server.list(Resource.NAMESPACES, Scope.ALL),
        server.list(Resource.POOLS, there),
        server.list(Resource.ADVERTISEMENTS, there),
        routed,
        server.list(Resource.CONFIG_MAPS, there.withName(EXCLUDED)).stream().findFirst(),
        mayRead && !secret.isEmpty()
            ? server.list(Resource.SECRETS, there.withName(secret)).stream().findFirst()
            : Optional.empty(),
        server.list(Resource.WEBHOOK_CONFIGURATIONS, Scope.ALL));
  }

  Installed installed() {
    return Installed.of(namespace, census);
  }
}
