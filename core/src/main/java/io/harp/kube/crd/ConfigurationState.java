package io.harp.kube.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a component could take over the newest configuration. */
@Group(MetalLb.GROUP)
@Version(MetalLb.VERSION)
public final class ConfigurationState extends CustomResource<Void, ConfigurationState.Status>
    implements Namespaced {

  /**
   * {@code status}.
   *
   * @param result {@code Valid}, {@code Invalid} or {@code Unknown}
   * @param errorSummary one problem a line; absent if there is none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Status(
      String result, @Nullable String errorSummary, @Nullable List<Condition> conditions) {}
}
