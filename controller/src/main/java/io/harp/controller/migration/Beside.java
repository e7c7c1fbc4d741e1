package io.harp.controller.migration;

import io.harp.controller.survey.Finding;
import io.harp.controller.survey.Installation;
import io.harp.kube.Fields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What two installations would have in common and must not: ports, class, namespace, webhook. */
final class Beside {

  private static final int HIGHEST = 7999;

  private Beside() {}

  static List<Finding> judge(Found found, Plan plan) {
    List<Finding> findings = new ArrayList<>();
    if (plan.inPlace()) {
      findings.add(
          Finding.note(
              "in place",
              "this replaces MetalLB at once",
              "try it beside MetalLB first, with a loadBalancerClass of its own: harp migrate check"
                  + " without --in-place"));
    } else {
      beside(found, plan, findings);
    }
    findings.addAll(ports(found, plan));
    return findings;
  }

  private static void beside(Found found, Plan plan, List<Finding> findings) {
    String lbClass = found.installed().lbClass();
    if (plan.lbClass().equals(lbClass)) {
      findings.add(
          Finding.problem(
              "class",
              "MetalLB serves "
                  + (lbClass.isEmpty() ? "Services without a class" : "class " + lbClass)
                  + " too: two controllers would take each other's addresses away",
              "--load-balancer-class=NAME"));
    }
    if (plan.namespace().equals(found.namespace())) {
      findings.add(
          Finding.problem(
              "namespace",
              "MetalLB is in " + plan.namespace() + " too, and each would serve all pools there",
              "--namespace=NAME"));
    }
    found.webhooks().stream()
        .filter(c -> refusesPools(c, found.namespace(), plan.namespace()))
        .map(c -> c.nameOr("?"))
        .forEach(name -> findings.add(webhook(name, plan.namespace())));
  }

  /** MetalLB's webhook refuses pools outside its own namespace, unless it is not asked. */
  private static boolean refusesPools(Fields configuration, String metallb, String ours) {
    return configuration.objects("webhooks", w -> w).stream()
        .filter(w -> w.object("clientConfig").object("service").text("namespace").equals(metallb))
        .filter(w ->
            w.objects("rules", r -> r.texts("resources")).stream()
                .anyMatch(r -> r.contains("ipaddresspools")))
        .anyMatch(w ->
            w.object("namespaceSelector").objects("matchExpressions", e -> e).stream()
                .noneMatch(e ->
                    e.text("operator").equals("NotIn") && e.texts("values").contains(ours)
                        || e.text("key").equals("harp.io/webhook")));
  }

  private static Finding webhook(String name, String namespace) {
    return Finding.problem(
        "webhook",
        "ValidatingWebhookConfiguration "
            + name
            + " is MetalLB's and refuses pools in namespace "
            + namespace,
        "kubectl get validatingwebhookconfiguration "
            + name
            + " -o json | jq '.webhooks[].namespaceSelector = {matchExpressions: [{key:"
            + " \"kubernetes.io/metadata.name\", operator: \"NotIn\", values: [\""
            + namespace
            + "\"]}]}' | kubectl replace -f -");
  }

  private static List<Finding> ports(Found found, Plan plan) {
    Set<String> leaving = plan.inPlace() ? new HashSet<>(found.installed().who()) : new HashSet<>();
    List<Finding> findings = new ArrayList<>();
    Set<Integer> wanted = new HashSet<>(Set.of(plan.membership(), plan.metrics()));
    for (Installation.Port port : Installation.ports(plan.membership(), plan.metrics(), 0)) {
      if (!port.onNode()) {
        continue;
      }
      clashes(found, plan, port, leaving)
          .forEach(what -> {
            int free = port.number() + 10;
            while (free < HIGHEST
                && (wanted.contains(free)
                    || !found
                        .census()
                        .against(plan.namespace(), plan.speaker(), "speaker", free, leaving)
                        .isEmpty())) {
              free++;
            }
            wanted.add(free);
            String flag =
                port.number() == plan.membership() ? "--membership-port" : "--metrics-port";
            findings.add(
                Finding.problem(
                    "port " + port.number(),
                    what,
                    free
                        + " is free: --set "
                        + port.value()
                        + "="
                        + free
                        + ", here "
                        + flag
                        + "="
                        + free));
          });
    }
    return findings;
  }

  private static List<String> clashes(
      Found found, Plan plan, Installation.Port port, Set<String> leaving) {
    String old = "MetalLB before 0.16 and PureLB have their metrics on 7472 or 7473";
    return found
        .census()
        .against(plan.namespace(), plan.speaker(), "speaker", port.number(), leaving)
        .stream()
        .map(what ->
            what.contains("metallb") || what.contains("purelb") || what.contains("lbnodeagent")
                ? what + " (" + old + ")"
                : what)
        .toList();
  }
}
