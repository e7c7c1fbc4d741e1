package io.harp.kube;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One kind of objects, as {@code kubectl api-resources} lists it.
 *
 * @param group empty for the core group
 * @param kind of one object, as {@code Service}
 * @param plural in paths, as {@code services}
 */
public record Resource(String group, String version, String kind, String plural) {

  private static final String METALLB = "metallb.io";

  public static final Resource SERVICES = core("Service", "services");
  public static final Resource NODES = core("Node", "nodes");
  public static final Resource NAMESPACES = core("Namespace", "namespaces");
  public static final Resource PODS = core("Pod", "pods");
  public static final Resource CONFIG_MAPS = core("ConfigMap", "configmaps");
  public static final Resource SECRETS = core("Secret", "secrets");
  public static final Resource EVENTS = core("Event", "events");
  public static final Resource ENDPOINT_SLICES =
      new Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices");
  public static final Resource LEASES =
      new Resource("coordination.k8s.io", "v1", "Lease", "leases");
  public static final Resource WEBHOOK_CONFIGURATIONS =
      new Resource(
          "admissionregistration.k8s.io",
          "v1",
          "ValidatingWebhookConfiguration",
          "validatingwebhookconfigurations");
  public static final Resource POOLS = metalLb("v1beta1", "IPAddressPool", "ipaddresspools");
  public static final Resource ADVERTISEMENTS =
      metalLb("v1beta1", "L2Advertisement", "l2advertisements");
  public static final Resource L2_STATUSES =
      metalLb("v1beta1", "ServiceL2Status", "servicel2statuses");

  /** The version without status subresource, through which an object is made with its status. */
  public static final Resource WHOLE_L2_STATUSES =
      metalLb("v1alpha1", "ServiceL2Status", "servicel2statuses");

  public static final Resource STATES =
      metalLb("v1beta1", "ConfigurationState", "configurationstates");

  /** Those of BGP, which have no effect here. */
  public static final List<Resource> OF_BGP =
      List.of(
          metalLb("v1beta2", "BGPPeer", "bgppeers"),
          metalLb("v1beta1", "BGPAdvertisement", "bgpadvertisements"),
          metalLb("v1beta1", "BFDProfile", "bfdprofiles"),
          metalLb("v1beta1", "Community", "communities"));

  private static Resource core(String kind, String plural) {
    return new Resource("", "v1", kind, plural);
  }

  private static Resource metalLb(String version, String kind, String plural) {
    return new Resource(METALLB, version, kind, plural);
  }

  /** {@code apiVersion} of an object. */
  public String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /** Where all objects are, of every namespace. */
  public String path() {
    return root() + "/" + plural;
  }

  /** Where the objects of a namespace are, or all if it is empty. */
  public String path(String namespace) {
    return namespace.isEmpty()
        ? path()
        : root() + "/namespaces/" + quoted(namespace) + "/" + plural;
  }

  /**
   * Where one object is.
   *
   * @param namespace empty for kinds that have none
   */
  public String path(String namespace, String name) {
    return path(namespace) + "/" + quoted(name);
  }

  /** Where the status of one object is. */
  public String statusPath(String namespace, String name) {
    return path(namespace, name) + "/status";
  }

  private String root() {
    return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
  }

  // Names are valid where objects come from the API; those of a command line may be anything.
  static String quoted(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
