package io.harp.controller.survey;

import io.harp.kube.Fields;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One container of a workload.
 *
 * @param args command and arguments
 * @param env those variables that have a value of their own, not one of the pod's fields
 */
public record Container(String name, String image, List<String> args, Map<String, String> env) {

  public Container {
    args = List.copyOf(args);
    env = Map.copyOf(env);
  }

  /** The containers of a pod, or of what has a pod template; none if they cannot be read. */
  public static List<Container> of(String kind, Fields object) {
    try {
      return podSpec(kind, object).objects("containers", Container::read);
    } catch (Fields.WrongType e) {
      return List.of();
    }
  }

  /** {@code spec} of the pods. */
  public static Fields podSpec(String kind, Fields object) {
    Fields spec = object.object("spec");
    return kind.equals("Pod") ? spec : spec.object("template").object("spec");
  }

  /**
   * The last value of a flag in Go's syntax: {@code -x=v}, {@code --x=v}, {@code --x v}, {@code
   * --x}.
   */
  public Optional<String> flag(String name) {
    Optional<String> found = Optional.empty();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i).replaceFirst("^--?", "");
      if (arg.length() == args.get(i).length()) {
        continue;
      }
      if (arg.startsWith(name + "=")) {
        found = Optional.of(arg.substring(name.length() + 1));
      } else if (arg.equals(name)) {
        boolean separate = i + 1 < args.size() && !args.get(i + 1).startsWith("-");
        found = Optional.of(separate ? args.get(i + 1) : "true");
      }
    }
    return found;
  }

  private static Container read(Fields container) {
    List<String> args = new ArrayList<>(container.texts("command"));
    args.addAll(container.texts("args"));
    Map<String, String> env = new HashMap<>();
    container
        .objects("env", e -> e)
        .forEach(e -> {
          if (!e.has("valueFrom")) {
            env.put(e.text("name"), e.text("value"));
          }
        });
    return new Container(container.text("name"), container.text("image"), args, env);
  }
}
