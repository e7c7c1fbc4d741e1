package io.harp.controller.survey;

import io.harp.controller.survey.Installation.Port;
import io.harp.kube.Server.Right;
import io.harp.kube.Server.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What would keep an installation from working. */
public final class Preflight {

  /** The first that reads the rules in the definitions of our kinds; Chart.yaml says the same. */
  private static final int MAJOR = 1;

  private static final int MINOR = 25;

  private static final String ENFORCE = "pod-security.kubernetes.io/enforce";

  private Preflight() {}

  /** Problems first. */
  public static List<Finding> judge(Facts facts, Installation wanted) {
    List<Finding> findings = new ArrayList<>();
    version(facts.version()).ifPresent(findings::add);
    namespace(wanted.namespace(), facts.namespaceLabels()).ifPresent(findings::add);
    findings.addAll(rivals(facts, wanted));
    wanted.ports().forEach(port -> findings.addAll(ports(facts, wanted, port)));
    rights(facts.missing()).ifPresent(findings::add);
    return findings.stream().sorted(Comparator.comparing(Finding::level)).toList();
  }

  private static Optional<Finding> version(Version version) {
    return version.isBefore(MAJOR, MINOR)
        ? Optional.of(
            Finding.problem(
                "version",
                "Kubernetes " + version.text() + " is not supported",
                "upgrade to " + MAJOR + "." + MINOR + " or newer"))
        : Optional.empty();
  }

  /** Speakers share the node's network, which only the level "privileged" allows. */
  private static Optional<Finding> namespace(String name, Optional<Map<String, String>> labels) {
    String allow = "kubectl label --overwrite namespace " + name + " " + ENFORCE + "=privileged";
    if (labels.isEmpty()) {
      return Optional.of(
          Finding.note(
              "namespace",
              name + " does not exist",
              "kubectl create namespace " + name + " && " + allow));
    }
    String level = labels.get().getOrDefault(ENFORCE, "");
    return switch (level) {
      case "privileged" -> Optional.empty();
      case "" ->
          Optional.of(
              Finding.note(
                  "pod security",
                  "namespace "
                      + name
                      + " has no level of its own; the speakers need \"privileged\" if the"
                      + " cluster's default is another",
                  allow));
      default ->
          Optional.of(
              Finding.problem(
                  "pod security",
                  "namespace "
                      + name
                      + " enforces the level \""
                      + level
                      + "\", which refuses the speakers' hostNetwork",
                  allow));
    };
  }

  private static List<Finding> rivals(Facts facts, Installation wanted) {
    return Stream.concat(
            Rival.among(facts.census().objects()).stream(), Rival.cilium(facts.cilium()).stream())
        .filter(r -> !wanted.replaced().contains(r.who()))
        .map(r ->
            r.lbClass().equals(wanted.lbClass())
                ? Finding.problem(
                    "class",
                    r.who()
                        + " is "
                        + r.product()
                        + " and serves "
                        + services(r.lbClass())
                        + ", as this installation would: two controllers take each other's"
                        + " addresses away",
                    "remove it, or serve a class of your own with --set loadBalancerClass=NAME")
                : Finding.note(
                    "class",
                    r.who()
                        + " is "
                        + r.product()
                        + " and serves "
                        + services(r.lbClass())
                        + "; this installation will not touch those",
                    ""))
        .toList();
  }

  static String services(String lbClass) {
    return lbClass.isEmpty()
        ? "Services without a loadBalancerClass"
        : "Services of class \"" + lbClass + "\"";
  }

  private static List<Finding> ports(Facts facts, Installation wanted, Port port) {
    String fix = "--set " + port.value() + (port.value().contains("=") ? "" : "=PORT");
    return facts
        .census()
        .against(
            wanted.namespace(),
            wanted.name(port.part()),
            port.part(),
            port.number(),
            wanted.replaced())
        .stream()
        .map(what ->
            port.onNode()
                ? Finding.problem("port " + port.number(), what, fix)
                : Finding.note(
                    "port " + port.number(),
                    what + ". It matters only if the " + port.part() + " is on the node's network",
                    fix))
        .toList();
  }

  private static Optional<Finding> rights(List<Right> missing) {
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.problem(
                "rights",
                "you may not "
                    + missing.stream().map(Right::toString).collect(Collectors.joining(", ")),
                "let an administrator of the cluster install"));
  }
}
