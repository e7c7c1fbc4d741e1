package io.harp.kube;

import io.harp.config.SelectorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of an object of unknown shape. A schema keeps most mistakes out of a cluster,
 * but not those made before the schema was there.
 */
public record Fields(String path, Map<?, ?> values) {

  /** No fields at all. */
  public static final Fields NONE = new Fields("", Map.of());

  /** A field that has the wrong type. */
  public static final class WrongType extends RuntimeException {
    public final String field;
    public final String expected;

    WrongType(String field, @Nullable Object value, String expected) {
      super("\"" + value + "\" is not what belongs there");
      this.field = field;
      this.expected = expected;
    }
  }

  /**
   * The map {@code value}, or no fields at all if it is null.
   *
   * @param path how problems name it
   * @throws WrongType if it is something else; so do all readers below
   */
  public static Fields of(String path, @Nullable Object value) {
    return switch (value) {
      case null -> new Fields(path, Map.of());
      case Map<?, ?> map -> new Fields(path, map);
      default -> throw new WrongType(path, value, "an object");
    };
  }

  /** All of them, to be changed: the values are not copied. */
  public Map<String, Object> copy() {
    Map<String, Object> copy = new LinkedHashMap<>();
    values.forEach((name, value) -> copy.put(String.valueOf(name), value));
    return copy;
  }

  public boolean has(String name) {
    return values.get(name) != null;
  }

  public Fields object(String name) {
    return of(at(name), values.get(name));
  }

  public String text(String name) {
    return switch (values.get(name)) {
      case null -> "";
      case String text -> text;
      case Object other -> throw new WrongType(at(name), other, "text");
    };
  }

  public boolean flag(String name, boolean absent) {
    return switch (values.get(name)) {
      case null -> absent;
      case Boolean flag -> flag;
      case Object other -> throw new WrongType(at(name), other, "true or false");
    };
  }

  public int number(String name) {
    return switch (values.get(name)) {
      case null -> 0;
      case Integer number -> number;
      case Object other -> throw new WrongType(at(name), other, "a whole number");
    };
  }

  public List<String> texts(String name) {
    return list(name, e -> e.text("value"), true);
  }

  public <T> List<T> objects(String name, Function<Fields, T> read) {
    return list(name, read, false);
  }

  public Map<String, String> labels(String name) {
    Map<String, String> labels = new HashMap<>();
    Fields map = object(name);
    map.values.keySet().forEach(key -> labels.put(String.valueOf(key), map.text("" + key)));
    return labels;
  }

  public List<SelectorSpec> selectors(String name) {
    return objects(name, Fields::selector);
  }

  public SelectorSpec selector() {
    return new SelectorSpec(
        labels("matchLabels"),
        objects(
            "matchExpressions",
            e ->
                new SelectorSpec.Expression(e.text("key"), e.text("operator"), e.texts("values"))));
  }

  public Optional<Fields> optional(String name) {
    return has(name) ? Optional.of(object(name)) : Optional.empty();
  }

  /** {@code metadata.name} of a whole object, empty if it has none. */
  public String name() {
    return object("metadata").text("name");
  }

  /** {@code metadata.namespace} of a whole object, empty if it has none. */
  public String namespace() {
    return object("metadata").text("namespace");
  }

  /** {@code metadata.resourceVersion} of a whole object, empty if it has none. */
  public String resourceVersion() {
    return object("metadata").text("resourceVersion");
  }

  /** {@code metadata.name} of a whole object, or something else if there is no such text. */
  public String nameOr(String other) {
    return values.get("metadata") instanceof Map<?, ?> metadata
            && metadata.get("name") instanceof String name
        ? name
        : other;
  }

  private <T> List<T> list(String name, Function<Fields, T> read, boolean plain) {
    return switch (values.get(name)) {
      case null -> List.of();
      case List<?> elements -> {
        List<T> result = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
          String at = at(name) + "[" + i + "]";
          Object element = elements.get(i);
          if (plain && !(element instanceof String)) {
            throw new WrongType(at, element, "text");
          }
          result.add(
              read.apply(plain ? new Fields(at, Map.of("value", element)) : of(at, element)));
        }
        yield result;
      }
      case Object other -> throw new WrongType(at(name), other, "a list");
    };
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
