package io.harp.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether every case of MetalLB's behaviour that was written down is a test somewhere. */
class CasesTest {

  private static final Pattern ID = Pattern.compile("\\b([AC])(\\d{3})(?:-\\1(\\d{3}))?\\b");
  private static final List<String> MODULES = List.of("core", "speaker", "controller", "e2e");

  @Test
  void everyCaseIsNamedByATest() throws IOException {
    Set<String> missing = listed();
    assertTrue(missing.size() > 150, "only " + missing.size() + " cases are listed");
    missing.removeAll(named());
    assertEquals(new TreeSet<>(), missing);
  }

  /** A wrong id would be a case nobody can look up, and hide one that is missing. */
  @Test
  void noTestNamesACaseThatDoesNotExist() throws IOException {
    Set<String> unknown = new TreeSet<>();
    for (String source : sources()) {
      ID.matcher(source).results().forEach(m -> unknown.add(m.group(1) + m.group(2)));
    }
    unknown.removeAll(listed());
    assertEquals(new TreeSet<>(), unknown);
  }

  private static Set<String> listed() throws IOException {
    try (var in =
        Objects.requireNonNull(CasesTest.class.getResourceAsStream("/allocation-cases.txt"))) {
      return ids(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static Set<String> named() throws IOException {
    Set<String> named = new TreeSet<>();
    for (String source : sources()) {
      named.addAll(ids(source));
    }
    return named;
  }

  /** Single ids, and all between the two of a range such as the docstring of a test may give. */
  private static Set<String> ids(String text) {
    Set<String> ids = new TreeSet<>();
    Matcher matcher = ID.matcher(text);
    while (matcher.find()) {
      String section = matcher.group(1);
      int first = Integer.parseInt(matcher.group(2));
      int last = matcher.group(3) == null ? first : Integer.parseInt(matcher.group(3));
      IntStream.rangeClosed(first, last).forEach(n -> ids.add("%s%03d".formatted(section, n)));
    }
    return ids;
  }

  private static List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>();
    for (String module : MODULES) {
      // The tests run in the directory of their module.
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .map(CasesTest::read)
            .forEach(sources::add);
      }
    }
    assertTrue(sources.size() > 50, "only " + sources.size() + " sources were found");
    return sources;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
