package io.harp.e2e;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.Jvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What kind of lab it is to be. Start from {@link #harp} and change what the test is about.
 *
 * @param nodes how many nodes, 1-9
 * @param api which API server
 * @param membershipOn which network speakers talk to each other on
 * @param controller the command of the controller, empty for none
 * @param speaker the command of a speaker
 * @param environment added to that of controller and speakers
 * @param root where the project lies: charts, examples and what the build made
 */
public record LabOptions(
    int nodes,
    ApiServer.Kind api,
    Network membershipOn,
    List<String> controller,
    List<String> speaker,
    Map<String, String> environment,
    Path root) {

  /** Where speakers find each other. */
  public enum Network {
    /** Apart from the LAN, so that a LAN cut leaves membership whole. */
    MANAGEMENT,
    /** The node's own address, as in most clusters. */
    LAN
  }

  /** Three nodes, the embedded API server, this build's controller and speaker. */
  public static LabOptions harp() {
    Path root = projectRoot();
    List<String> speaker =
        new java.util.ArrayList<>(Jvm.daemon(root, "speaker", "io.harp.speaker.Main"));
    speaker.addAll(List.of("--port=7472", "--log-level=info"));
    List<String> controller =
        new java.util.ArrayList<>(Jvm.daemon(root, "controller", "io.harp.controller.Main"));
    controller.add("--webhook-mode=disabled");
    return new LabOptions(
        3,
        ApiServer.Kind.EMBEDDED,
        Network.MANAGEMENT,
        List.copyOf(controller),
        List.copyOf(speaker),
        Map.of(),
        root);
  }

  public LabOptions withNodes(int count) {
    return new LabOptions(count, api, membershipOn, controller, speaker, environment, root);
  }

  public LabOptions withApi(ApiServer.Kind kind) {
    return new LabOptions(nodes, kind, membershipOn, controller, speaker, environment, root);
  }

  public LabOptions withMembershipOn(Network network) {
    return new LabOptions(nodes, api, network, controller, speaker, environment, root);
  }

  public LabOptions withController(List<String> command) {
    return new LabOptions(nodes, api, membershipOn, command, speaker, environment, root);
  }

  public LabOptions withoutController() {
    return withController(List.of());
  }

  public LabOptions withSpeaker(List<String> command) {
    return new LabOptions(nodes, api, membershipOn, controller, command, environment, root);
  }

  /** Adds arguments to the speaker's command. */
  public LabOptions withSpeakerArgs(String... args) {
    List<String> command = new java.util.ArrayList<>(speaker);
    command.addAll(List.of(args));
    return withSpeaker(command);
  }

  public LabOptions withEnvironment(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new LabOptions(nodes, api, membershipOn, controller, speaker, Map.copyOf(more), root);
  }

  /** The directory above this one that holds the whole project. */
  public static Path projectRoot() {
    for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
      if (Files.isDirectory(dir.resolve("e2e")) && Files.isDirectory(dir.resolve("core"))) {
        return dir;
      }
    }
    throw new IllegalStateException("start the lab inside the project's directory");
  }
}
