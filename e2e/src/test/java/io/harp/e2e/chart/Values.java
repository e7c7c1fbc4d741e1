package io.harp.e2e.chart;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The values of the chart as {@code values.yaml} explains them, each after a line {@code # --}. */
record Values(List<Value> all) {

  /**
   * One of them.
   *
   * @param key with dots
   * @param standard its default as JSON
   */
  record Value(String key, String standard, String meaning) {}

  private record Level(int indent, String key, boolean explained) {}

  private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][\\w-]*):(?: (.*))?$");
  private static final Pattern MEANING = Pattern.compile("^ *# -- (.*)$");

  private static final KubernetesSerialization YAML = new KubernetesSerialization();

  static Values read() throws IOException {
    String text = Files.readString(Chart.DIRECTORY.resolve("values.yaml"));
    Map<?, ?> standard = YAML.unmarshal(text, Map.class);
    List<Value> all = new ArrayList<>();
    Deque<Level> path = new ArrayDeque<>();
    String meaning = null;
    for (String line : text.lines().toList()) {
      Matcher comment = MEANING.matcher(line);
      Matcher key = KEY.matcher(line);
      if (comment.matches()) {
        meaning = comment.group(1);
      } else if (key.matches()) {
        int indent = key.group(1).length();
        while (!path.isEmpty() && path.peekLast().indent() >= indent) {
          path.removeLast();
        }
        boolean explained = !path.isEmpty() && path.peekLast().explained();
        path.addLast(new Level(indent, key.group(2), meaning != null || explained));
        List<String> keys = path.stream().map(Level::key).toList();
        Object value = at(standard, keys);
        if (meaning != null) {
          all.add(new Value(String.join(".", keys), json(value), meaning));
        } else if (!explained && isLeaf(value)) {
          throw new IllegalStateException(
              "values.yaml: " + String.join(".", keys) + " has no line \"# -- what it means\"");
        }
        meaning = null;
      }
    }
    return new Values(all);
  }

  private static @Nullable Object at(Map<?, ?> root, List<String> keys) {
    Object value = root;
    for (String key : keys) {
      // The items of a list have keys too; they are explained with the list.
      value = value instanceof Map<?, ?> map ? map.get(key) : "";
    }
    return value;
  }

  /** What is inside a list, which {@link #at} shows as "", is no value of its own. */
  private static boolean isLeaf(@Nullable Object value) {
    return !(value instanceof Map) && !"".equals(value);
  }

  private static String json(@Nullable Object value) {
    return value == null ? "null" : YAML.asJson(value);
  }
}
