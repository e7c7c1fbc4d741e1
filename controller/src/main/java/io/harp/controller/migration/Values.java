package io.harp.controller.migration;

import io.harp.config.ExcludedInterfaces;
import io.harp.controller.migration.Installed.Daemon;
import io.harp.controller.survey.Finding;
import io.harp.kube.Fields;
import io.harp.kube.Json;
import io.harp.kube.Yaml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The values of our chart that make it behave as MetalLB does here. Only what differs from the
 * defaults.
 *
 * @param tree keys of the chart; leaves are texts, numbers, flags, lists and maps
 * @param notes what cannot be said by values
 */
record Values(Map<String, Object> tree, List<Finding> notes) {

  private static final Set<String> CONTROL_PLANE =
      Set.of("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane");

  private static final int MEMBERLIST = 7946;

  static Values of(Found found, Plan plan) {
    Values values = new Values(new LinkedHashMap<>(), new ArrayList<>());
    Installed installed = found.installed();
    if (!plan.lbClass().isEmpty()) {
      values.put("loadBalancerClass", plan.lbClass());
    }
    if (plan.inPlace() && !plan.release().isEmpty()) {
      values.put("nameOverride", "metallb");
    }
    installed
        .controller()
        .ifPresent(c -> {
          values.daemon("controller", c);
          c.container()
              .flag("webhook-mode")
              .filter(mode -> !mode.equals("enabled"))
              .ifPresent(mode -> values.put("controller.webhookMode", mode));
        });
    installed
        .speaker()
        .ifPresent(s -> {
          values.daemon("speaker", s);
          values.speaker(s);
          values.membership(s, found, plan);
          values.excluded(found.excluded());
        });
    values.ports(plan);
    return values;
  }

  private void daemon(String part, Daemon daemon) {
    daemon
        .container()
        .flag("log-level")
        .filter(level -> !level.equals("info"))
        .ifPresent(level -> put(part + ".logLevel", level));
    Fields pod = daemon.pod();
    Map<String, String> selector = pod.labels("nodeSelector");
    selector.remove("kubernetes.io/os");
    putUnlessEmpty(part + ".nodeSelector", selector);
    List<Map<?, ?>> tolerations =
        pod.objects("tolerations", t -> t).stream()
            .filter(t -> !(part.equals("speaker") && CONTROL_PLANE.contains(t.text("key"))))
            .<Map<?, ?>>map(Fields::values)
            .toList();
    if (!tolerations.isEmpty()) {
      put(part + ".tolerations", tolerations);
    }
    putUnlessEmpty(part + ".affinity", pod.object("affinity").values());
    List<Map<?, ?>> secrets =
        pod.objects("imagePullSecrets", s -> s).stream().<Map<?, ?>>map(Fields::values).toList();
    if (!secrets.isEmpty()) {
      put("imagePullSecrets", secrets);
    }
    resources(part, daemon);
  }

  private void resources(String part, Daemon daemon) {
    Map<String, Object> resources = new LinkedHashMap<>();
    daemon.pod().objects("containers", c -> c).stream()
        .filter(c -> c.text("name").equals(daemon.container().name()))
        .findFirst()
        .ifPresent(c ->
            c.object("resources")
                .values()
                .forEach((key, value) -> resources.put(String.valueOf(key), value)));
    if (!resources.isEmpty()) {
      notes.add(
          Finding.note(
              part + ".resources",
              "MetalLB's are " + Json.text(resources) + " and are not carried over",
              "a JVM needs others; the chart's defaults have room, and no CPU limit"));
    }
  }

  private void speaker(Daemon speaker) {
    if (speaker.container().flag("ignore-exclude-lb").filter(f -> !f.equals("false")).isPresent()) {
      put("speaker.ignoreExcludeLB", true);
    }
    boolean onMasters =
        speaker.pod().objects("tolerations", t -> t).stream()
            .anyMatch(t -> t.text("key").isEmpty() || CONTROL_PLANE.contains(t.text("key")));
    if (!onMasters) {
      put("speaker.tolerateMaster", false);
    }
    if (speaker.container().flag("ml-wan-config").filter(f -> !f.equals("false")).isPresent()) {
      notes.add(
          Finding.note(
              "--ml-wan-config", "is ignored", "set speaker.detectionTime if 250ms is too short"));
    }
  }

  private void membership(Daemon speaker, Found found, Plan plan) {
    String name = found.installed().secret();
    if (Installed.setting(speaker, "ml-secret-key-path", "METALLB_ML_SECRET_KEY_PATH").isEmpty()) {
      notes.add(
          Finding.note(
              "membership", "MetalLB's is not encrypted; ours is, with a Secret of its own", ""));
    } else if (plan.inPlace() && !name.isEmpty()) {
      put("speaker.secretName", name);
      boolean owned =
          found
              .secret()
              .filter(s -> !s.object("metadata").objects("ownerReferences", o -> o).isEmpty())
              .isPresent();
      if (owned) {
        notes.add(
            Finding.note(
                "Secret " + name,
                "belongs to MetalLB's Deployment and goes when that is deleted",
                "upgrade the Deployment in place, do not delete it"));
      }
    }
    String address = Installed.setting(speaker, "ml-bindaddr", "METALLB_ML_BIND_ADDR");
    if (!address.isEmpty() && !address.contains("$(")) {
      put("speaker.memberlist.mlBindAddrOverride", address);
    }
    String port = Installed.setting(speaker, "ml-bindport", "METALLB_ML_BIND_PORT");
    if (!port.isEmpty() && !port.equals(String.valueOf(MEMBERLIST))) {
      notes.add(
          Finding.note(
              "membership",
              "MetalLB's is on port " + port + "; ours will be on " + plan.membership() + "/tcp",
              "let nodes reach each other there"));
    }
  }

  private void excluded(Optional<Fields> configMap) {
    if (configMap.isEmpty()) {
      put("speaker.excludeInterfaces.enabled", false);
      return;
    }
    String text = configMap.get().object("data").text("excludel2.yaml");
    try {
      List<String> patterns = Yaml.read(text).texts("announcedInterfacesToExclude");
      if (!patterns.equals(ExcludedInterfaces.DEFAULT)) {
        put("speaker.excludeInterfaces.patterns", patterns);
      }
    } catch (IllegalArgumentException | Fields.WrongType e) {
      notes.add(
          Finding.problem(
              "ConfigMap " + Found.EXCLUDED,
              "excludel2.yaml cannot be read: " + e.getMessage(),
              "set speaker.excludeInterfaces.patterns yourself"));
    }
  }

  private void ports(Plan plan) {
    if (plan.membership() != Plan.MEMBERSHIP) {
      put("speaker.memberlist.mlBindPort", plan.membership());
    }
    if (plan.metrics() != Plan.METRICS) {
      put("prometheus.metricsPort", plan.metrics());
    }
  }

  private void putUnlessEmpty(String path, Map<?, ?> value) {
    if (!value.isEmpty()) {
      put(path, value);
    }
  }

  @SuppressWarnings("unchecked") // inner nodes are only made here
  private void put(String path, Object value) {
    Map<String, Object> node = tree;
    String[] keys = path.split("\\.");
    for (int i = 0; i < keys.length - 1; i++) {
      node =
          (Map<String, Object>)
              node.computeIfAbsent(keys[i], _ -> new LinkedHashMap<String, Object>());
    }
    node.put(keys[keys.length - 1], value);
  }

  /** A values file. */
  List<String> lines() {
    return Yaml.lines(tree);
  }
}
