package io.harp.controller.admission;

import io.harp.config.Occupied;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the webhooks run with.
 *
 * @param namespace our own: of pools, Service and Secret
 * @param lbClass the loadBalancerClass of the Services we serve
 * @param service the Service the API server calls us by
 * @param secret the Secret that holds the certificates
 * @param rotates whether the certificates are ours to make
 * @param overlaps what is done about pools with addresses the cluster uses
 * @param occupied such addresses beyond those the API tells
 * @param portGuard what is done about host ports that collide
 * @param lenient namespaces whose workloads the port guard only warns about
 */
public record AdmissionSettings(
    InetSocketAddress address,
    String namespace,
    Optional<String> lbClass,
    String service,
    String secret,
    boolean rotates,
    Severity overlaps,
    List<Occupied> occupied,
    Severity portGuard,
    Set<String> lenient) {

  /** The object whose entries call us for pools, advertisements and Services: MetalLB's name. */
  public static final String CONFIGURATION = "metallb-webhook-configuration";

  /** The object whose entry calls us for pods and their templates. */
  public static final String PORT_GUARD_CONFIGURATION = "harp-port-guard";

  public AdmissionSettings {
    occupied = List.copyOf(occupied);
    lenient = Set.copyOf(lenient);
  }
}
