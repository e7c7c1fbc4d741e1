package io.harp.kube.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An L2Advertisement as the API has it. */
@Group(MetalLb.GROUP)
@Version(MetalLb.VERSION)
public final class L2Advertisement extends CustomResource<L2Advertisement.Spec, Void>
    implements Namespaced {

  /** {@code spec}; absent fields mean "all". */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Spec(
      @Nullable List<String> ipAddressPools,
      @Nullable List<LabelSelector> ipAddressPoolSelectors,
      @Nullable List<LabelSelector> nodeSelectors,
      @Nullable List<String> interfaces,
      @Nullable List<LabelSelector> serviceSelectors,
      @Nullable List<Preference> preferredNodeSelectors) {}

  /** One element of {@code spec.preferredNodeSelectors}. */
  public record Preference(int weight, LabelSelector preference) {}

  @Override
  protected Spec initSpec() {
    return new Spec(null, null, null, null, null, null);
  }
}
