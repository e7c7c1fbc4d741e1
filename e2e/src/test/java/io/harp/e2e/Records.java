package io.harp.e2e;

import io.harp.e2e.net.LabPlan;
import io.harp.kube.crd.ServiceL2Status;
import java.util.List;

/** What the speakers wrote down about a Service. */
final class Records {

  private Records() {}

  /** How many moves there are events of. */
  static int moves(Lab lab, String service) {
    return (int)
        lab.api().client().v1().events().inNamespace("default").list().getItems().stream()
            .filter(e -> "nodeAssigned".equals(e.getReason()))
            .filter(e -> service.equals(e.getInvolvedObject().getName()))
            .count();
  }

  /** The nodes that are said to answer for it; one, once all is quiet. */
  static List<String> nodes(Lab lab, String service) {
    return lab
        .api()
        .client()
        .resources(ServiceL2Status.class)
        .inNamespace(LabPlan.NAMESPACE)
        .withLabel(ServiceL2Status.SERVICE_NAME_LABEL, service)
        .list()
        .getItems()
        .stream()
        .map(s -> String.valueOf(s.getMetadata().getLabels().get(ServiceL2Status.NODE_LABEL)))
        .sorted()
        .toList();
  }
}
