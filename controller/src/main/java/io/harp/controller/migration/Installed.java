package io.harp.controller.migration;

import io.harp.controller.hostports.Census;
import io.harp.controller.survey.Container;
import io.harp.kube.ApiUnavailable;
import io.harp.kube.Fields;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * MetalLB's two daemons, as they are installed. Either may be missing, as after half a removal.
 *
 * @param controller its Deployment
 * @param speaker its DaemonSet
 */
record Installed(Optional<Daemon> controller, Optional<Daemon> speaker) {

  private static final Pattern CONTROLLER = Pattern.compile("metallb[/-]controller");
  private static final Pattern SPEAKER = Pattern.compile("metallb[/-]speaker");

  /** A workload and the container in it that is MetalLB's. */
  record Daemon(String kind, Fields object, Container container) {
    /** {@code DaemonSet namespace/name}. */
    String who() {
      return kind + " " + namespace() + "/" + object.nameOr("");
    }

    String namespace() {
      return object.object("metadata").text("namespace");
    }

    Fields pod() {
      return Container.podSpec(kind, object);
    }
  }

  /** Where MetalLB's controller or speaker is. */
  static String namespace(Census census) {
    return Stream.concat(
            find("Deployment", CONTROLLER, census).stream(),
            find("DaemonSet", SPEAKER, census).stream())
        .map(Daemon::namespace)
        .findFirst()
        .orElseThrow(() ->
            new ApiUnavailable(
                "no Deployment has an image metallb/controller, no DaemonSet one metallb/speaker;"
                    + " name MetalLB's namespace with --metallb-namespace"));
  }

  static Installed of(String namespace, Census census) {
    return new Installed(
        find("Deployment", CONTROLLER, census).stream()
            .filter(d -> d.namespace().equals(namespace))
            .findFirst(),
        find("DaemonSet", SPEAKER, census).stream()
            .filter(d -> d.namespace().equals(namespace))
            .findFirst());
  }

  /** The class of Services it serves; empty for those without one. */
  String lbClass() {
    return controller.or(() -> speaker).flatMap(d -> d.container().flag("lb-class")).orElse("");
  }

  /** The Secret the speakers mount; empty if their membership is not encrypted. */
  String secret() {
    String path =
        speaker.map(s -> setting(s, "ml-secret-key-path", "METALLB_ML_SECRET_KEY_PATH")).orElse("");
    if (path.isEmpty()) {
      return "";
    }
    Fields pod = speaker.orElseThrow().pod();
    String volume =
        pod.objects("containers", c -> c).stream()
            .flatMap(c -> c.objects("volumeMounts", m -> m).stream())
            .filter(m -> m.text("mountPath").equals(path))
            .map(m -> m.text("name"))
            .findFirst()
            .orElse("");
    return pod.objects("volumes", v -> v).stream()
        .filter(v -> v.text("name").equals(volume))
        .map(v -> v.object("secret").text("secretName"))
        .findFirst()
        .orElse("");
  }

  /** The flag wins; empty if neither is set. */
  static String setting(Daemon daemon, String flag, String variable) {
    return daemon
        .container()
        .flag(flag)
        .orElseGet(() -> daemon.container().env().getOrDefault(variable, ""));
  }

  /** What is installed, {@code v0.15.3}; empty if the image has no tag. */
  String version() {
    return Stream.concat(controller.stream(), speaker.stream())
        .map(d -> d.container().image())
        .map(i -> i.replaceFirst("@.*", ""))
        .filter(i -> i.lastIndexOf(':') > i.lastIndexOf('/'))
        .map(i -> i.substring(i.lastIndexOf(':') + 1))
        .findFirst()
        .orElse("");
  }

  /** Their workloads. */
  List<String> who() {
    return Stream.concat(controller.stream(), speaker.stream()).map(Daemon::who).toList();
  }

  private static List<Daemon> find(String kind, Pattern image, Census census) {
    return census.objects().getOrDefault(kind, List.of()).stream()
        .flatMap(o ->
            Container.of(kind, o).stream()
                .filter(c -> image.matcher(c.image()).find())
                .map(c -> new Daemon(kind, o, c)))
        .toList();
  }
}
