package io.harp.speaker.link;

import io.harp.config.ExcludedInterfaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Names of interfaces that never speak: those of containers and overlay networks, where a load
 * balancer's address has no business. Regular expressions that match anywhere in the name, as in
 * MetalLB's {@code excludel2.yaml}; {@code ^} and {@code $} anchor them.
 */
public final class Exclusions {

  /** The list MetalLB's manifests ship. */
  public static final Exclusions DEFAULT = of(ExcludedInterfaces.DEFAULT);

  private final List<Pattern> patterns;

  private Exclusions(List<Pattern> patterns) {
    this.patterns = patterns;
  }

  /**
   * @throws IllegalArgumentException naming the expression that is none
   */
  public static Exclusions of(List<String> expressions) {
    return new Exclusions(expressions.stream().map(Exclusions::compile).toList());
  }

  /**
   * Reads MetalLB's {@code excludel2.yaml}: the items of the list {@code
   * announcedInterfacesToExclude}. A missing file excludes nothing, as with MetalLB.
   *
   * @throws IllegalArgumentException naming the file and the line that is neither the key nor an
   *     item
   * @throws IOException if the file is there but cannot be read
   */
  public static Exclusions read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return of(List.of());
    }
    List<String> expressions = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String text = line.strip();
      if (text.startsWith("- ")) {
        expressions.add(unquote(text.substring(2).strip()));
      } else if (text.startsWith("announcedInterfacesToExclude:")) {
        flowItems(text.substring(text.indexOf(':') + 1).strip(), expressions);
      } else if (!text.isEmpty() && !text.startsWith("#") && !text.equals("---")) {
        throw new IllegalArgumentException(
            file
                + ": \""
                + text
                + "\" is not expected; the file has one key, announcedInterfacesToExclude, with a"
                + " list of regular expressions, one \"- item\" a line");
      }
    }
    return of(expressions);
  }

  public boolean matches(String name) {
    for (Pattern pattern : patterns) {
      if (pattern.matcher(name).find()) {
        return true;
      }
    }
    return false;
  }

  private static void flowItems(String list, List<String> expressions) {
    if (list.startsWith("[") && list.endsWith("]")) {
      for (String item : list.substring(1, list.length() - 1).split(",")) {
        if (!item.isBlank()) {
          expressions.add(unquote(item.strip()));
        }
      }
    }
  }

  private static String unquote(String item) {
    boolean quoted =
        item.length() >= 2
            && (item.charAt(0) == '"' || item.charAt(0) == '\'')
            && item.charAt(item.length() - 1) == item.charAt(0);
    return quoted ? item.substring(1, item.length() - 1) : item;
  }

  private static Pattern compile(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "excluded interface \""
              + expression
              + "\" is no regular expression: "
              + e.getDescription(),
          e);
    }
  }
}
