package io.harp.kube.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An IPAddressPool as the API has it; {@code charts/harp/definitions} says what the fields mean.
 */
@Group(MetalLb.GROUP)
@Version(MetalLb.VERSION)
public final class IPAddressPool extends CustomResource<IPAddressPool.Spec, IPAddressPool.Status>
    implements Namespaced {

  /** {@code spec}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Spec(
      List<String> addresses,
      @Nullable Boolean autoAssign,
      @Nullable Boolean avoidBuggyIPs,
      @Nullable ServiceAllocation serviceAllocation) {}

  /** {@code spec.serviceAllocation}. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ServiceAllocation(
      @Nullable Integer priority,
      @Nullable List<String> namespaces,
      @Nullable List<LabelSelector> namespaceSelectors,
      @Nullable List<LabelSelector> serviceSelectors) {}

  /** {@code status}: distinct addresses in use and still free. */
  public record Status(
      long assignedIPv4, long assignedIPv6, long availableIPv4, long availableIPv6) {}

  @Override
  protected Spec initSpec() {
    return new Spec(List.of(), null, null, null);
  }

  @Override
  @SuppressWarnings("NullAway") // a new pool has no status, and fabric8 knows no annotations
  protected Status initStatus() {
    return null;
  }
}
