package io.harp.controller.migration;

import io.harp.controller.migration.Simulation.Change;
import io.harp.controller.survey.Finding;
import io.harp.kube.Fields;
import io.harp.kube.Server;
import io.harp.kube.Yaml;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The answer of {@code harp migrate check}.
 *
 * @param carriesOver what Harp takes as it is, one line each
 * @param ignored what Harp has no use for, one line each
 * @param values the chart's values that make it behave as MetalLB does here
 * @param findings problems first
 * @param services how many Services of type LoadBalancer MetalLB serves
 * @param kept how many of them keep the addresses they have
 */
public record Check(
    String metallb,
    List<String> carriesOver,
    List<String> ignored,
    Map<String, Object> values,
    List<Finding> findings,
    int services,
    int kept) {

  private static final String LEGACY = "metallb.universe.tf/";

  /**
   * Reads a cluster and judges it.
   *
   * @param metallbNamespace MetalLB's; empty to look for it
   * @param namespace where Harp will be; ignored in place
   * @throws io.harp.kube.ApiUnavailable if the cluster cannot be read, or has no MetalLB
   */
  public static Check of(
      Server server,
      String metallbNamespace,
      boolean inPlace,
      String namespace,
      String lbClass,
      int membership,
      int metrics) {
    Found found = Found.in(server, metallbNamespace);
    return of(found, plan(found, inPlace, namespace, lbClass, membership, metrics));
  }

  static Plan plan(
      Found found, boolean inPlace, String namespace, String lbClass, int membership, int metrics) {
    Installed installed = found.installed();
    boolean plain =
        installed.speaker().filter(s -> s.object().nameOr("").equals("speaker")).isPresent();
    return new Plan(
        inPlace,
        inPlace ? found.namespace() : namespace,
        inPlace && plain ? "" : inPlace ? "metallb" : "harp",
        inPlace ? installed.lbClass() : lbClass,
        membership,
        metrics);
  }

  static Check of(Found found, Plan plan) {
    Simulation simulation = Simulation.of(found);
    Values values = Values.of(found, plan);
    List<Finding> findings = new ArrayList<>(values.notes());
    simulation
        .judgement()
        .problems()
        .forEach(
            p -> findings.add(Finding.problem(p.object(), p.field() + ": " + p.what(), p.fix())));
    simulation.changes().forEach(c -> findings.add(change(c)));
    findings.addAll(Unannounced.in(found, simulation));
    findings.addAll(Beside.judge(found, plan));
    legacy(simulation).forEach(findings::add);
    return new Check(
        "MetalLB "
            + found.installed().version()
            + " in namespace "
            + found.namespace()
            + ": "
            + String.join(", ", found.installed().who()),
        carriesOver(found, simulation),
        ignored(found),
        values.tree(),
        findings.stream().sorted(Comparator.comparing(Finding::level)).toList(),
        simulation.services().size(),
        simulation.kept());
  }

  private static Finding change(Change change) {
    String service = "Service " + change.service().key();
    return change.hurts()
        ? Finding.problem(
            service,
            "has "
                + change.before()
                + " and would have "
                + (change.after().isEmpty() ? "none" : change.after())
                + ": "
                + change.why(),
            "mend it while MetalLB runs")
        : Finding.note(
            service,
            "has "
                + (change.before().isEmpty() ? "no address" : change.before())
                + " and would get "
                + change.after(),
            "");
  }

  private static List<Finding> legacy(Simulation simulation) {
    List<String> services =
        simulation.services().stream()
            .filter(s -> s.annotations().keySet().stream().anyMatch(k -> k.startsWith(LEGACY)))
            .map(s -> s.key().toString())
            .toList();
    return services.isEmpty()
        ? List.of()
        : List.of(
            Finding.note(
                "annotations",
                String.join(", ", services) + ": those with the prefix " + LEGACY + " still work",
                "write metallb.io/ instead, in time"));
  }

  private static List<String> carriesOver(Found found, Simulation simulation) {
    List<String> lines = new ArrayList<>();
    lines.add(names("IPAddressPool", found.pools()));
    lines.add(names("L2Advertisement", found.advertisements()));
    long sharing =
        simulation.services().stream()
            .filter(s ->
                s.annotations().keySet().stream().anyMatch(k -> k.endsWith("/allow-shared-ip")))
            .count();
    lines.add(
        "Service: "
            + simulation.services().size()
            + " of type LoadBalancer, "
            + simulation.kept()
            + " keep their addresses"
            + (sharing == 0 ? "" : ", " + sharing + " of them may share one"));
    return lines;
  }

  private static List<String> ignored(Found found) {
    List<String> lines = new ArrayList<>();
    new java.util.TreeMap<>(found.routed())
        .forEach((kind, objects) -> {
          if (!objects.isEmpty()) {
            lines.add(names(kind, objects) + ": there is no BGP");
          }
        });
    found
        .installed()
        .speaker()
        .map(s -> s.pod().objects("containers", c -> c.text("name")))
        .orElse(List.of())
        .stream()
        .filter(name -> name.contains("frr") || name.equals("reloader"))
        .forEach(name -> lines.add("container " + name + " of the speaker: it is for BGP"));
    return lines;
  }

  private static String names(String kind, List<Fields> objects) {
    return kind
        + ": "
        + (objects.isEmpty()
            ? "none"
            : objects.stream().map(o -> o.nameOr("?")).sorted().collect(Collectors.joining(", ")));
  }

  /** For people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(metallb);
    lines.add("");
    lines.add("Carries over as it is:");
    carriesOver.forEach(line -> lines.add("  " + line));
    if (!ignored.isEmpty()) {
      lines.add("Is ignored:");
      ignored.forEach(line -> lines.add("  " + line));
    }
    lines.add(values.isEmpty() ? "No values need to be set." : "Values of the chart:");
    valueLines().forEach(line -> lines.add("  " + line));
    lines.add("");
    return lines;
  }

  /** A values file. */
  public List<String> valueLines() {
    return Yaml.lines(values);
  }

  /** For programs. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("metallb", metallb);
    fields.put("carriesOver", carriesOver);
    fields.put("ignored", ignored);
    fields.put("values", values);
    fields.put("services", services);
    fields.put("kept", kept);
    return fields;
  }
}
