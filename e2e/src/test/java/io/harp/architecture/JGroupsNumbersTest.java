package io.harp.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lists of JGroups' classes that speakers know, against the whole lists and the code. */
class JGroupsNumbersTest {

  private static final String OURS = "io/harp/speaker/membership/jgroups-";
  private static final Pattern ENTRY = Pattern.compile("<class id=\"(\\d+)\"\\s+name=\"([^\"]+)\"");

  @Test
  void everyClassHasTheNumberThatJGroupsGaveIt() throws IOException {
    assertContained(numbers(OURS + "classes.xml"), numbers("jg-magic-map.xml"));
    assertContained(numbers(OURS + "protocols.xml"), numbers("jg-protocol-ids.xml"));
  }

  @Test
  void whatTheStackCanSendHasANumber() throws IOException {
    JavaClasses all =
        new ClassFileImporter().importPackages("org.jgroups", "io.harp.speaker.membership");
    Set<String> numbered = numbers("jg-magic-map.xml").keySet();
    Set<JavaClass> protocols = stack(all);
    assertTrue(
        protocols.stream().anyMatch(each -> each.getSimpleName().equals("Discovery")),
        "the stack is not seen: " + protocols);
    Set<String> missing = new TreeSet<>();
    protocols.forEach(each -> missing.addAll(used(all, each.getName(), numbered)));
    assertFalse(missing.isEmpty());
    missing.removeAll(numbers(OURS + "classes.xml").keySet());
    assertEquals(Set.of(), missing);
  }

  @Test
  void everyProtocolOfTheStackHasItsNumber() throws IOException {
    Set<String> missing = new TreeSet<>();
    stack(new ClassFileImporter().importPackages("org.jgroups", "io.harp.speaker.membership"))
        .forEach(each -> missing.add(each.getName()));
    missing.retainAll(numbers("jg-protocol-ids.xml").keySet());
    assertFalse(missing.isEmpty());
    missing.removeAll(numbers(OURS + "protocols.xml").keySet());
    assertEquals(Set.of(), missing);
  }

  /** JGroups' protocols that the membership uses or extends, and what those extend. */
  private static Set<JavaClass> stack(JavaClasses all) {
    Set<JavaClass> stack = new LinkedHashSet<>();
    for (JavaClass each : all) {
      if (each.getPackageName().equals("io.harp.speaker.membership")) {
        each.getDirectDependenciesFromSelf().stream()
            .map(Dependency::getTargetClass)
            .flatMap(used -> Stream.concat(Stream.of(used), used.getAllRawSuperclasses().stream()))
            .filter(used -> used.isAssignableTo("org.jgroups.stack.Protocol"))
            .filter(used -> used.getName().startsWith("org.jgroups"))
            .forEach(stack::add);
      }
    }
    return stack;
  }

  private static Set<String> used(JavaClasses all, String name, Set<String> numbered) {
    Set<String> used = new TreeSet<>();
    for (JavaClass each : all) {
      if (each.getName().equals(name) || each.getName().startsWith(name + "$")) {
        each.getDirectDependenciesFromSelf().stream()
            .map(Dependency::getTargetClass)
            .map(JavaClass::getName)
            .filter(numbered::contains)
            .forEach(used::add);
      }
    }
    return used;
  }

  private static void assertContained(Map<String, String> some, Map<String, String> all) {
    assertFalse(some.isEmpty());
    some.forEach((name, number) -> assertEquals(all.get(name), number, name));
  }

  private static Map<String, String> numbers(String file) throws IOException {
    try (InputStream in = JGroupsNumbersTest.class.getClassLoader().getResourceAsStream(file)) {
      String text =
          new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
      Map<String, String> numbers = new TreeMap<>();
      Matcher entry = ENTRY.matcher(text);
      while (entry.find()) {
        numbers.put(entry.group(2), entry.group(1));
      }
      return numbers;
    }
  }
}
