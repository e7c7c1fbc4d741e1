package io.harp.kube;

import io.harp.config.AdvertisementSpec;
import io.harp.config.Parsed;
import io.harp.config.PoolSpec;
import io.harp.config.Problem;
import io.harp.model.Address;
import io.harp.model.Endpoints;
import io.harp.model.Family;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.LbService.Port;
import io.harp.model.NodeFacts;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * From objects of the API to the model. Missing fields get the meaning Kubernetes gives them. What
 * people write, pools and advertisements, is a problem where it cannot be read; elsewhere a field
 * of a wrong type, which no API server sends, is a {@link Fields.WrongType}.
 */
public final class Translate {

  private static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

  private Translate() {}

  /** What one EndpointSlice adds to its Service. */
  record Slice(ServiceKey service, Endpoints endpoints) {}

  /** A Service, unless its fields are of a wrong type. */
  public static Optional<LbService> readable(Fields object) {
    try {
      return object.has("metadata") ? Optional.of(service(object)) : Optional.empty();
    } catch (Fields.WrongType e) {
      return Optional.empty();
    }
  }

  /** A Service. */
  public static LbService service(Fields object) {
    Fields spec = object.object("spec");
    return new LbService(
        key(object),
        labels(object),
        spec.text("type").equals("LoadBalancer"),
        text(spec.text("loadBalancerClass")),
        clusterIps(spec),
        spec.texts("ipFamilies").stream().flatMap(f -> family(f).stream()).toList(),
        policy(spec.text("ipFamilyPolicy")),
        spec.text("externalTrafficPolicy").equals("Local"),
        Set.copyOf(spec.objects("ports", Translate::port)),
        spec.labels("selector"),
        object.object("metadata").labels("annotations"),
        text(spec.text("loadBalancerIP")),
        ingress(object),
        object.resourceVersion());
  }

  private static ServiceKey key(Fields object) {
    return new ServiceKey(object.namespace(), object.name());
  }

  /** Empty if the slice belongs to no Service. */
  static Optional<Slice> slice(Fields object) {
    return text(labels(object).getOrDefault(SERVICE_NAME_LABEL, ""))
        .map(name ->
            new Slice(
                new ServiceKey(object.namespace(), name),
                endpoints(object.objects("endpoints", Translate::endpoint))));
  }

  /** Empty if the name is none a Node can have. */
  public static Optional<NodeFacts> node(Fields object) {
    Map<String, String> labels = labels(object);
    return nodeName(object.name())
        .map(name ->
            new NodeFacts(
                name,
                labels,
                labels.containsKey(NodeFacts.EXCLUDE_LABEL),
                networkUnavailable(object),
                outOfService(object),
                object.object("metadata").has("deletionTimestamp")));
  }

  /** Where a pod can be reached; empty while it has no node or address, or once it is done. */
  static Optional<PodAddress> pod(Fields pod) {
    Fields status = pod.object("status");
    String phase = status.text("phase");
    if (phase.equals("Succeeded") || phase.equals("Failed")) {
      return Optional.empty();
    }
    return nodeName(pod.object("spec").text("nodeName"))
        .flatMap(node -> address(status.text("podIP")).map(ip -> new PodAddress(node, ip)));
  }

  /** An IPAddressPool as its author wrote it. */
  public static Parsed<PoolSpec> pool(Fields object) {
    return read("IPAddressPool", object, Translate::poolSpec);
  }

  /** An L2Advertisement as its author wrote it. */
  public static Parsed<AdvertisementSpec> advertisement(Fields object) {
    return read(
        "L2Advertisement",
        object,
        (metadata, spec) ->
            new AdvertisementSpec(
                metadata.text("name"),
                spec.texts("ipAddressPools"),
                spec.selectors("ipAddressPoolSelectors"),
                spec.selectors("nodeSelectors"),
                spec.texts("interfaces"),
                spec.selectors("serviceSelectors"),
                spec.objects(
                    "preferredNodeSelectors",
                    p ->
                        new AdvertisementSpec.Preference(
                            p.number("weight"), p.object("preference").selector()))));
  }

  private static PoolSpec poolSpec(Fields metadata, Fields spec) {
    return new PoolSpec(
        metadata.text("name"),
        metadata.text("creationTimestamp"),
        metadata.labels("labels"),
        spec.texts("addresses"),
        spec.flag("autoAssign", true),
        spec.flag("avoidBuggyIPs", false),
        spec.optional("serviceAllocation")
            .map(a ->
                new PoolSpec.Allocation(
                    a.number("priority"),
                    a.texts("namespaces"),
                    a.selectors("namespaceSelectors"),
                    a.selectors("serviceSelectors"))));
  }

  private static <T> Parsed<T> read(
      String kind, Fields object, BiFunction<Fields, Fields, T> read) {
    try {
      return Parsed.of(read.apply(object.object("metadata"), object.object("spec")));
    } catch (Fields.WrongType e) {
      return Parsed.broken(
          List.of(
              new Problem(
                  kind + " " + object.nameOr(""),
                  e.field,
                  String.valueOf(e.getMessage()),
                  "write " + e.expected)));
    }
  }

  private static List<String> clusterIps(Fields spec) {
    List<String> all = spec.texts("clusterIPs").stream().filter(s -> !s.isEmpty()).toList();
    return all.isEmpty() ? text(spec.text("clusterIP")).stream().toList() : all;
  }

  /** A hostname-only entry is kept as text: it is no address of ours and must be seen as such. */
  private static List<String> ingress(Fields object) {
    return object
        .object("status")
        .object("loadBalancer")
        .objects("ingress", e -> text(e.text("ip")).or(() -> text(e.text("hostname"))))
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  private static Port port(Fields port) {
    return new Port(text(port.text("protocol")).orElse("TCP"), port.number("port"));
  }

  private static Optional<Family> family(String text) {
    return switch (text) {
      case "IPv4" -> Optional.of(Family.IPV4);
      case "IPv6" -> Optional.of(Family.IPV6);
      default -> Optional.empty();
    };
  }

  private static FamilyPolicy policy(String text) {
    return switch (text) {
      case "PreferDualStack" -> FamilyPolicy.PREFER_DUAL_STACK;
      case "RequireDualStack" -> FamilyPolicy.REQUIRE_DUAL_STACK;
      default -> FamilyPolicy.SINGLE_STACK;
    };
  }

  /** Whether it can serve, and the node it is on, empty if unknown. */
  private record Endpoint(boolean serving, String node) {}

  private static Endpoint endpoint(Fields object) {
    Fields conditions = object.object("conditions");
    return new Endpoint(
        conditions.flag("ready", true) || conditions.flag("serving", false),
        object.text("nodeName"));
  }

  private static Endpoints endpoints(List<Endpoint> all) {
    boolean any = false;
    Set<NodeName> nodes = new HashSet<>();
    for (Endpoint endpoint : all) {
      if (endpoint.serving()) {
        any = true;
        nodeName(endpoint.node()).ifPresent(nodes::add);
      }
    }
    return any ? new Endpoints(true, nodes) : Endpoints.NONE;
  }

  private static boolean networkUnavailable(Fields node) {
    return node.object("status")
        .objects(
            "conditions",
            c -> c.text("type").equals("NetworkUnavailable") && c.text("status").equals("True"))
        .contains(true);
  }

  private static boolean outOfService(Fields node) {
    return node.object("spec")
        .objects("taints", t -> t.text("key").equals(NodeFacts.OUT_OF_SERVICE_TAINT))
        .contains(true);
  }

  private static Optional<NodeName> nodeName(String text) {
    return text.isEmpty() || text.length() > 253
        ? Optional.empty()
        : Optional.of(new NodeName(text));
  }

  private static Optional<Address> address(String text) {
    try {
      return text(text).map(Address::parse);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Map<String, String> labels(Fields object) {
    return object.object("metadata").labels("labels");
  }

  private static Optional<String> text(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }
}
