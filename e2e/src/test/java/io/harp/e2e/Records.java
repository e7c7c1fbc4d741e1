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

  /** What was warned of for that reason. */
  static List<String> warnings(Lab lab, String service, String reason) {
    return lab.api().client().v1().events().inNamespace("default").list().getItems().stream()
        .filter(e -> reason.equals(e.getReason()) && "Warning".equals(e.getType()))
        .filter(e -> service.equals(e.getInvolvedObject().getName()))
        .map(e -> e.getMessage())
        .toList();
  }

  /** In how many of its status objects a conflict is said to be. */
  static long conflicts(Lab lab, String service) {
    return lab
        .api()
        .client()
        .resources(ServiceL2Status.class)
        .inNamespace(LabPlan.NAMESPACE)
        .withLabel(ServiceL2Status.SERVICE_NAME_LABEL, service)
        .list()
        .getItems()
        .stream()
        .map(s -> s.getStatus().conditions())
        .filter(c -> c != null && "True".equals(c.getFirst().getStatus()))
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
