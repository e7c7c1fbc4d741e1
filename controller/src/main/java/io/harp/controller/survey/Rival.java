package io.harp.controller.survey;

import io.harp.kube.Fields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Another controller that gives addresses to Services.
 *
 * @param who the workload, {@code Deployment metallb-system/controller}
 * @param lbClass the {@code spec.loadBalancerClass} it serves; empty for Services without one
 */
public record Rival(String product, String who, String lbClass) {

  private static final Pattern METALLB = Pattern.compile("metallb[/-]controller");

  /** All there are among workloads, by kind. What another object made is not counted twice. */
  public static List<Rival> among(Map<String, List<Fields>> workloads) {
    List<Rival> rivals = new ArrayList<>();
    workloads.forEach((kind, objects) ->
        objects.stream()
            .filter(o -> !kind.equals("Pod") || !isMade(o))
            .forEach(o -> of(kind, o).ifPresent(rivals::add)));
    return rivals.stream().sorted(Comparator.comparing(Rival::who)).toList();
  }

  /** What Cilium does by itself, from its ConfigMap {@code kube-system/cilium-config}. */
  public static List<Rival> cilium(Map<String, String> config) {
    if (!"true".equals(config.get("enable-l2-announcements"))) {
      return List.of();
    }
    String who = "ConfigMap kube-system/cilium-config";
    Rival own = new Rival("Cilium", who, "io.cilium/l2-announcer");
    return "none".equals(config.get("default-lb-service-ipam"))
        ? List.of(own)
        : List.of(own, new Rival("Cilium", who, ""));
  }

  private static Optional<Rival> of(String kind, Fields object) {
    String name = object.nameOr("");
    String who = kind + " " + namespace(object) + "/" + name;
    if (kind.equals("DaemonSet") && name.startsWith("svclb-")) {
      return Optional.of(new Rival("k3s' ServiceLB", who, ""));
    }
    return Container.of(kind, object).stream()
        .flatMap(c -> recognized(c, who).stream())
        .findFirst();
  }

  private static Optional<Rival> recognized(Container c, String who) {
    if (METALLB.matcher(c.image()).find()) {
      return Optional.of(new Rival("MetalLB", who, c.flag("lb-class").orElse("")));
    }
    if (c.flag("webhook-mode").isPresent()) {
      return Optional.of(new Rival("another Harp", who, c.flag("lb-class").orElse("")));
    }
    if (c.image().contains("/kube-vip:") && "true".equals(c.env().get("svc_enable"))) {
      return Optional.of(new Rival("kube-vip", who, c.env().getOrDefault("lb_class_name", "")));
    }
    if (c.image().contains("purelb/allocator")) {
      return Optional.of(new Rival("PureLB", who, ""));
    }
    return c.image().contains("kubesphere/openelb:")
        ? Optional.of(new Rival("OpenELB", who, ""))
        : Optional.empty();
  }

  private static boolean isMade(Fields pod) {
    return pod.object("metadata").objects("ownerReferences", o -> o.text("kind")).stream()
        .anyMatch(k -> !k.equals("Node"));
  }

  private static String namespace(Fields object) {
    return object.object("metadata").text("namespace");
  }
}
