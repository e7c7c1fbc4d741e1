package io.harp.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A Service as far as a load balancer cares. Text that a user wrote and that may be wrong stays
 * text here; {@code config} and {@code Allocator} parse it and answer with a reason.
 *
 * @param loadBalancer whether {@code spec.type} is LoadBalancer
 * @param loadBalancerClass {@code spec.loadBalancerClass}
 * @param clusterIps {@code spec.clusterIPs}, {@code None} for a headless Service
 * @param ipFamilies {@code spec.ipFamilies}
 * @param ipFamilyPolicy {@code spec.ipFamilyPolicy}
 * @param localPolicy whether {@code spec.externalTrafficPolicy} is Local
 * @param ports the pairs of protocol and port
 * @param selector {@code spec.selector}
 * @param annotations all annotations of the object
 * @param loadBalancerIp {@code spec.loadBalancerIP}
 * @param ingress the {@code ip} texts of {@code status.loadBalancer.ingress}, in their order
 * @param resourceVersion of the object these facts were read from
 */
public record LbService(
    ServiceKey key,
    Map<String, String> labels,
    boolean loadBalancer,
    Optional<String> loadBalancerClass,
    List<String> clusterIps,
    List<Family> ipFamilies,
    FamilyPolicy ipFamilyPolicy,
    boolean localPolicy,
    Set<Port> ports,
    Map<String, String> selector,
    Map<String, String> annotations,
    Optional<String> loadBalancerIp,
    List<String> ingress,
    String resourceVersion) {

  public LbService {
    labels = Map.copyOf(labels);
    clusterIps = List.copyOf(clusterIps);
    ipFamilies = List.copyOf(ipFamilies);
    ports = Set.copyOf(ports);
    selector = Map.copyOf(selector);
    annotations = Map.copyOf(annotations);
    ingress = List.copyOf(ingress);
  }

  /** One exposed port, {@code TCP/80}. */
  public record Port(String protocol, int number) implements Comparable<Port> {
    @Override
    public int compareTo(Port other) {
      int byProtocol = protocol.compareTo(other.protocol);
      return byProtocol != 0 ? byProtocol : Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
      return protocol + "/" + number;
    }
  }

  /** {@code spec.ipFamilyPolicy}. */
  public enum FamilyPolicy {
    SINGLE_STACK,
    PREFER_DUAL_STACK,
    REQUIRE_DUAL_STACK
  }
}
