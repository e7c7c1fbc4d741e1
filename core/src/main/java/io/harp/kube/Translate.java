package io.harp.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LoadBalancerIngress;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From objects of the API to the model. Nothing here throws for what an object contains: missing
 * fields get the meaning Kubernetes gives them, and an object that cannot be read is a problem.
 */
public final class Translate {

  private static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

  private Translate() {}

  /** What one EndpointSlice adds to its Service. */
  record Slice(ServiceKey service, Endpoints endpoints) {}

  /** A Service from its fields; empty if it cannot be read. */
  public static Optional<LbService> service(Fields object) {
    try {
      Service service = Json.typed(object, Service.class);
      return service.getMetadata() == null ? Optional.empty() : Optional.of(service(service));
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }

  public static LbService service(Service object) {
    ServiceSpec spec = Objects.requireNonNullElseGet(object.getSpec(), ServiceSpec::new);
    return new LbService(
        key(object),
        labels(object),
        "LoadBalancer".equals(spec.getType()),
        text(spec.getLoadBalancerClass()),
        clusterIps(spec),
        list(spec.getIpFamilies()).stream().flatMap(f -> family(f).stream()).toList(),
        policy(spec.getIpFamilyPolicy()),
        "Local".equals(spec.getExternalTrafficPolicy()),
        list(spec.getPorts()).stream().map(Translate::port).collect(Collectors.toSet()),
        clean(spec.getSelector()),
        clean(object.getMetadata().getAnnotations()),
        text(spec.getLoadBalancerIP()),
        ingress(object),
        Objects.requireNonNullElse(object.getMetadata().getResourceVersion(), ""));
  }

  public static ServiceKey key(HasMetadata object) {
    return new ServiceKey(
        Objects.requireNonNullElse(object.getMetadata().getNamespace(), ""),
        Objects.requireNonNullElse(object.getMetadata().getName(), ""));
  }

  /** Empty if the slice belongs to no Service. */
  static Optional<Slice> slice(EndpointSlice object) {
    return Optional.ofNullable(labels(object).get(SERVICE_NAME_LABEL))
        .map(name ->
            new Slice(
                new ServiceKey(key(object).namespace(), name),
                endpoints(list(object.getEndpoints()))));
  }

  /** Empty if the name is none a Node can have. */
  public static Optional<NodeFacts> node(Node object) {
    Map<String, String> labels = labels(object);
    return nodeName(object.getMetadata().getName())
        .map(name ->
            new NodeFacts(
                name,
                labels,
                labels.containsKey(NodeFacts.EXCLUDE_LABEL),
                networkUnavailable(object),
                outOfService(object),
                object.getMetadata().getDeletionTimestamp() != null));
  }

  /** Where a pod can be reached; empty while it has no node or address, or once it is done. */
  static Optional<PodAddress> pod(GenericKubernetesResource object) {
    Fields pod = Fields.of("", object.getAdditionalProperties());
    Fields status = pod.object("status");
    String phase = status.text("phase");
    if (phase.equals("Succeeded") || phase.equals("Failed")) {
      return Optional.empty();
    }
    return nodeName(pod.object("spec").text("nodeName"))
        .flatMap(node -> address(status.text("podIP")).map(ip -> new PodAddress(node, ip)));
  }

  static Parsed<PoolSpec> pool(GenericKubernetesResource object) {
    return pool(Json.fields(object));
  }

  static Parsed<AdvertisementSpec> advertisement(GenericKubernetesResource object) {
    return advertisement(Json.fields(object));
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

  private static List<String> clusterIps(ServiceSpec spec) {
    List<String> all = list(spec.getClusterIPs()).stream().filter(s -> !s.isEmpty()).toList();
    return all.isEmpty() ? text(spec.getClusterIP()).map(List::of).orElse(List.of()) : all;
  }

  /** A hostname-only entry is kept as text: it is no address of ours and must be seen as such. */
  private static List<String> ingress(Service object) {
    if (object.getStatus() == null || object.getStatus().getLoadBalancer() == null) {
      return List.of();
    }
    return list(object.getStatus().getLoadBalancer().getIngress()).stream()
        .flatMap(Translate::ingressText)
        .toList();
  }

  private static Stream<String> ingressText(LoadBalancerIngress entry) {
    return text(entry.getIp()).or(() -> text(entry.getHostname())).stream();
  }

  private static Port port(ServicePort port) {
    return new Port(
        text(port.getProtocol()).orElse("TCP"), Objects.requireNonNullElse(port.getPort(), 0));
  }

  private static Optional<Family> family(String text) {
    return switch (text) {
      case "IPv4" -> Optional.of(Family.IPV4);
      case "IPv6" -> Optional.of(Family.IPV6);
      default -> Optional.empty();
    };
  }

  private static FamilyPolicy policy(@Nullable String text) {
    return switch (text) {
      case "PreferDualStack" -> FamilyPolicy.PREFER_DUAL_STACK;
      case "RequireDualStack" -> FamilyPolicy.REQUIRE_DUAL_STACK;
      case null, default -> FamilyPolicy.SINGLE_STACK;
    };
  }

  private static Endpoints endpoints(List<Endpoint> all) {
    boolean any = false;
    Set<NodeName> nodes = new HashSet<>();
    for (Endpoint endpoint : all) {
      if (canServe(endpoint.getConditions())) {
        any = true;
        nodeName(endpoint.getNodeName()).ifPresent(nodes::add);
      }
    }
    return any ? new Endpoints(true, nodes) : Endpoints.NONE;
  }

  private static boolean canServe(@Nullable EndpointConditions conditions) {
    return conditions == null
        || !Boolean.FALSE.equals(conditions.getReady())
        || Boolean.TRUE.equals(conditions.getServing());
  }

  private static boolean networkUnavailable(Node object) {
    return object.getStatus() != null
        && list(object.getStatus().getConditions()).stream()
            .anyMatch(
                c -> "NetworkUnavailable".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  private static boolean outOfService(Node object) {
    return object.getSpec() != null
        && list(object.getSpec().getTaints()).stream()
            .anyMatch(t -> NodeFacts.OUT_OF_SERVICE_TAINT.equals(t.getKey()));
  }

  private static Optional<NodeName> nodeName(@Nullable String text) {
    return text == null || text.isEmpty() || text.length() > 253
        ? Optional.empty()
        : Optional.of(new NodeName(text));
  }

  private static Optional<Address> address(@Nullable String text) {
    try {
      return text(text).map(Address::parse);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Map<String, String> labels(HasMetadata object) {
    return clean(object.getMetadata().getLabels());
  }

  private static Optional<String> text(@Nullable String text) {
    return text == null || text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /** Annotations and labels without null values, which JSON allows. */
  private static Map<String, String> clean(@Nullable Map<String, String> map) {
    return map == null
        ? Map.of()
        : map.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, e -> Objects.requireNonNullElse(e.getValue(), "")));
  }

  private static <T> List<T> list(@Nullable List<T> list) {
    return list == null ? List.of() : list.stream().filter(Objects::nonNull).toList();
  }
}
