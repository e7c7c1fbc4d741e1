package io.harp.kube.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which node answers for a Service. Written by that node's speaker. */
@Group(MetalLb.GROUP)
@Version(MetalLb.VERSION)
public final class ServiceL2Status extends CustomResource<Void, ServiceL2Status.Status>
    implements Namespaced {

  /** A version without status subresource, through which an object is made with its status. */
  public static final String WHOLE = "v1alpha1";

  public static final String NODE_LABEL = "metallb.io/node";
  public static final String SERVICE_NAME_LABEL = "metallb.io/service-name";
  public static final String SERVICE_NAMESPACE_LABEL = "metallb.io/service-namespace";

  /**
   * {@code status}.
   *
   * @param interfaces where the node answers; empty means everywhere
   * @param addresses what it answers for
   * @param mac the hardware address in its answers, on the first interface
   * @param epoch the plan that made it the owner
   * @param since when it began to answer, RFC 3339
   * @param reason why the address came here, as in the event
   * @param conditions {@code AddressConflict}, once there was one
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Status(
      String node,
      String serviceName,
      String serviceNamespace,
      @Nullable List<Interface> interfaces,
      @Nullable List<String> addresses,
      @Nullable String mac,
      @Nullable String epoch,
      @Nullable String since,
      @Nullable String reason,
      @Nullable List<Condition> conditions) {}

  /** An interface by name. */
  public record Interface(String name) {}
}
