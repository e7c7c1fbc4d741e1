package io.harp.e2e.api;

import static io.harp.e2e.net.LabPlan.NAMESPACE;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabPlan.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a user applies, and what kubelets and the controller manager would write besides. */
public final class ClusterObjects {

  private static final int CONFLICT = 409;
  private static final int KIND_TIMEOUT_S = 30;

  private final ApiServer api;
  private final LabPlan plan;
  private final AtomicInteger clusterIps = new AtomicInteger(9);

  public ClusterObjects(ApiServer api, LabPlan plan) {
    this.api = api;
    this.plan = plan;
  }

  /** Namespaces, nodes, and what the chart brings: its own kinds, and the rights of the daemons. */
  public void prepare(Path chart) {
    for (String name : List.of(NAMESPACE, "default")) {
      create(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build());
    }
    applyAll(chart.resolve("definitions"));
    if (api.kind() == ApiServer.Kind.REAL) {
      applyAll(chart.resolve("rbac"));
      awaitKinds();
    }
    plan.allNodes().forEach(this::node);
  }

  /** The speaker's pod on a node, running and ready, as a DaemonSet would have it. */
  public void speakerPod(Host node, String podIp) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("speaker-" + node.name())
            .withNamespace(NAMESPACE)
            .withLabels(Map.of("app", "metallb", "component", "speaker"))
            .endMetadata()
            .withNewSpec()
            .withNodeName(node.name())
            .withHostNetwork(true)
            .addNewContainer()
            .withName("speaker")
            .withImage("lab")
            .endContainer()
            .endSpec()
            .build();
    Pod created = create(pod).orElse(pod);
    Pod running =
        new PodBuilder(created)
            .withNewStatus()
            .withPhase("Running")
            .withPodIP(podIp)
            .addNewPodIP(podIp)
            .withHostIP(node.v4())
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .endStatus()
            .build();
    client().resource(running).updateStatus();
  }

  /** Takes the speaker's pod of a node away, as an eviction would. */
  public void removeSpeakerPod(String node) {
    client().pods().inNamespace(NAMESPACE).withName("speaker-" + node).withGracePeriod(0).delete();
  }

  /**
   * Creates every object of a YAML file that is not there yet. A Service gets what a cluster adds:
   * a cluster address, and one ready endpoint on each node.
   */
  public void apply(Path yaml) {
    try (var in = Files.newInputStream(yaml)) {
      client().load(in).items().forEach(this::apply);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #apply(Path)}, for YAML text. */
  public void applyYaml(String yaml) {
    client()
        .load(
            new java.io.ByteArrayInputStream(
                yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .items()
        .forEach(this::apply);
  }

  /** Objects of YAML text that are there already become what it says. */
  public void replaceYaml(String yaml) {
    client()
        .load(
            new java.io.ByteArrayInputStream(
                yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .items()
        .forEach(object -> client().resource(object).update());
  }

  /** A Service of type LoadBalancer on port 80 with one ready endpoint on each node. */
  public void loadBalancer(String name) {
    apply(
        new ServiceBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace("default")
            .endMetadata()
            .withNewSpec()
            .withType("LoadBalancer")
            .withSelector(Map.of("app", name))
            .addNewPort()
            .withName("http")
            .withPort(80)
            .endPort()
            .endSpec()
            .build());
  }

  /** Sets on which nodes a Service has a ready endpoint. */
  public void endpoints(String service, List<String> nodes) {
    EndpointSlice slice = slice(service, nodes);
    if (create(slice).isEmpty()) {
      client().resource(slice).update();
    }
  }

  /** The addresses the Service has been given so far. */
  public List<String> addresses(String service) {
    return Optional.ofNullable(client().services().inNamespace("default").withName(service).get())
        .map(Service::getStatus)
        .map(s -> s.getLoadBalancer())
        .map(l -> l.getIngress().stream().map(i -> i.getIp()).toList())
        .orElse(List.of());
  }

  /** Writes addresses into a Service's status, as a controller would; for labs without one. */
  public void assign(String service, String... addresses) {
    client()
        .services()
        .inNamespace("default")
        .withName(service)
        .editStatus(s ->
            new ServiceBuilder(s)
                .withNewStatus()
                .withNewLoadBalancer()
                .withIngress(
                    java.util.Arrays.stream(addresses)
                        .map(a ->
                            new io.fabric8.kubernetes.api.model.LoadBalancerIngressBuilder()
                                .withIp(a)
                                .withIpMode("VIP")
                                .build())
                        .toList())
                .endLoadBalancer()
                .endStatus()
                .build());
  }

  /** Adds an annotation to a Service, or replaces it. */
  public void annotate(String service, String name, String value) {
    client()
        .services()
        .inNamespace("default")
        .withName(service)
        .edit(s ->
            new ServiceBuilder(s)
                .editMetadata()
                .addToAnnotations(name, value)
                .endMetadata()
                .build());
  }

  /**
   * Waits for the first address of a Service.
   *
   * @throws AssertionError after {@code timeoutMs}
   */
  public String awaitAddress(String service, long timeoutMs) {
    try {
      Service served =
          client()
              .services()
              .inNamespace("default")
              .withName(service)
              .waitUntilCondition(
                  s ->
                      s != null
                          && s.getStatus() != null
                          && s.getStatus().getLoadBalancer() != null
                          && !s.getStatus().getLoadBalancer().getIngress().isEmpty(),
                  timeoutMs,
                  TimeUnit.MILLISECONDS);
      return served.getStatus().getLoadBalancer().getIngress().getFirst().getIp();
    } catch (KubernetesClientException e) {
      throw new AssertionError(
          "Service " + service + " got no address within " + timeoutMs + " ms", e);
    }
  }

  private void applyAll(Path directory) {
    try (var files = Files.list(directory)) {
      files.filter(f -> f.toString().endsWith(".yaml")).sorted().forEach(this::apply);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A real server serves a new kind a moment after it took its definition. */
  private void awaitKinds() {
    var definitions = client().apiextensions().v1().customResourceDefinitions();
    for (var definition : definitions.list().getItems()) {
      definitions
          .resource(definition)
          .waitUntilCondition(
              d ->
                  d != null
                      && d.getStatus() != null
                      && d.getStatus().getConditions().stream()
                          .anyMatch(c ->
                              c.getType().equals("Established") && c.getStatus().equals("True")),
              KIND_TIMEOUT_S,
              TimeUnit.SECONDS);
    }
  }

  private void apply(HasMetadata object) {
    if (object instanceof Service service) {
      Service complete = complete(service);
      endpoints(
          complete.getMetadata().getName(), plan.allNodes().stream().map(Host::name).toList());
      create(complete);
    } else {
      create(object);
    }
  }

  private Service complete(Service service) {
    Service named =
        service.getMetadata().getNamespace() != null
            ? service
            : new ServiceBuilder(service)
                .editMetadata()
                .withNamespace("default")
                .endMetadata()
                .build();
    if (api.allocatesClusterIps()) {
      return named;
    }
    int n = clusterIps.incrementAndGet();
    String policy = Optional.ofNullable(named.getSpec().getIpFamilyPolicy()).orElse("SingleStack");
    List<String> families = named.getSpec().getIpFamilies();
    if (families.isEmpty()) {
      families = policy.equals("SingleStack") ? List.of("IPv4") : List.of("IPv4", "IPv6");
    }
    List<String> clusterIps =
        families.stream()
            .map(f -> f.equals("IPv4") ? "10.96." + (n >> 8) + "." + (n & 0xff) : "fd96::" + n)
            .toList();
    return new ServiceBuilder(named)
        .editSpec()
        .withClusterIP(clusterIps.getFirst())
        .withClusterIPs(clusterIps)
        .withIpFamilies(families)
        .withIpFamilyPolicy(policy)
        .endSpec()
        .build();
  }

  private static EndpointSlice slice(String service, List<String> nodes) {
    List<Endpoint> endpoints =
        nodes.stream()
            .map(node ->
                new EndpointBuilder()
                    .withAddresses("10.244." + node.substring(1) + ".2")
                    .withNodeName(node)
                    .withNewConditions()
                    .withReady(true)
                    .withServing(true)
                    .withTerminating(false)
                    .endConditions()
                    .build())
            .toList();
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(service + "-lab")
        .withNamespace("default")
        .withLabels(Map.of("kubernetes.io/service-name", service))
        .endMetadata()
        .withAddressType("IPv4")
        .addNewPort()
        .withName("http")
        .withPort(LabPlan.BACKEND_PORT)
        .endPort()
        .withEndpoints(endpoints)
        .build();
  }

  private void node(Host host) {
    Node node =
        new NodeBuilder()
            .withNewMetadata()
            .withName(host.name())
            .withLabels(Map.of("kubernetes.io/hostname", host.name()))
            .endMetadata()
            .withNewStatus()
            .addNewAddress(host.v4(), "InternalIP")
            .addNewAddress(host.name(), "Hostname")
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .endStatus()
            .build();
    create(node);
  }

  /** Empty when it exists already. */
  private <T extends HasMetadata> Optional<T> create(T object) {
    try {
      return Optional.of(client().resource(object).create());
    } catch (KubernetesClientException e) {
      if (e.getCode() == CONFLICT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private KubernetesClient client() {
    return api.client();
  }
}
