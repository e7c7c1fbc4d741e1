package io.harp.controller.hostports;

import io.harp.controller.hostports.Placement.Expression;
import io.harp.controller.hostports.Placement.Term;
import io.harp.controller.hostports.Placement.Toleration;
import io.harp.controller.hostports.Workload.Claim;
import io.harp.kube.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From an object of the API to what it wants of nodes. */
final class WorkloadReader {

  private WorkloadReader() {}

  /**
   * The workload an object is, with or without host ports.
   *
   * @throws Fields.WrongType if it cannot be read
   */
  static Workload read(Fields object) {
    String kind = object.text("kind");
    Fields pod = podSpec(kind, object);
    boolean hostNetwork = pod.flag("hostNetwork", false);
    List<Claim> claims = new ArrayList<>();
    for (String list : List.of("initContainers", "containers")) {
      pod.objects(list, c -> c).forEach(c -> claims(c, hostNetwork, claims));
    }
    return new Workload(id(kind, object), hostNetwork, claims, placement(pod));
  }

  /**
   * The workload whose controller made this object: its host ports were judged there. A ReplicaSet
   * is taken for its Deployment.
   */
  static Optional<Workload.Id> maker(Fields object) {
    Fields metadata = object.object("metadata");
    return metadata.objects("ownerReferences", o -> o).stream()
        .filter(o -> o.flag("controller", false))
        .map(o ->
            o.text("kind").equals("ReplicaSet")
                ? new Workload.Id(
                    "Deployment", metadata.text("namespace"), unhashed(o.text("name")))
                : new Workload.Id(o.text("kind"), metadata.text("namespace"), o.text("name")))
        .findFirst();
  }

  /** Whether it holds its ports no more. */
  static boolean isDone(Fields object) {
    String phase = object.object("status").text("phase");
    return phase.equals("Succeeded") || phase.equals("Failed");
  }

  private static Workload.Id id(String kind, Fields object) {
    Fields metadata = object.object("metadata");
    String name = metadata.text("name");
    return new Workload.Id(
        kind, metadata.text("namespace"), name.isEmpty() ? metadata.text("generateName") : name);
  }

  private static Fields podSpec(String kind, Fields object) {
    Fields spec = object.object("spec");
    return switch (kind) {
      case "Pod" -> spec;
      case "CronJob" -> spec.object("jobTemplate").object("spec").object("template").object("spec");
      default -> spec.object("template").object("spec");
    };
  }

  private static void claims(Fields container, boolean hostNetwork, List<Claim> claims) {
    for (Fields port : container.objects("ports", p -> p)) {
      int number = port.number("hostPort");
      int effective = number == 0 && hostNetwork ? port.number("containerPort") : number;
      if (effective != 0) {
        String protocol = port.text("protocol");
        claims.add(
            new Claim(
                container.text("name"),
                new HostPort(
                    effective, protocol.isEmpty() ? "TCP" : protocol, port.text("hostIP"))));
      }
    }
  }

  private static Placement placement(Fields pod) {
    return new Placement(
        pod.text("nodeName"),
        pod.labels("nodeSelector"),
        pod.object("affinity")
            .object("nodeAffinity")
            .object("requiredDuringSchedulingIgnoredDuringExecution")
            .objects(
                "nodeSelectorTerms",
                t -> new Term(expressions(t, "matchExpressions"), expressions(t, "matchFields"))),
        pod.objects(
            "tolerations",
            t ->
                new Toleration(
                    t.text("key"), t.text("operator"), t.text("value"), t.text("effect"))));
  }

  private static List<Expression> expressions(Fields term, String name) {
    return term.objects(
        name, e -> new Expression(e.text("key"), e.text("operator"), e.texts("values")));
  }

  private static String unhashed(String replicaSet) {
    int dash = replicaSet.lastIndexOf('-');
    return dash < 0 ? replicaSet : replicaSet.substring(0, dash);
  }
}
