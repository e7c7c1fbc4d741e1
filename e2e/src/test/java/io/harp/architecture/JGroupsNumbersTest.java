package io.harp.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    JavaClasses jgroups = new ClassFileImporter().importPackages("org.jgroups");
    Set<String> numbered = numbers("jg-magic-map.xml").keySet();
    Set<String> sent = new TreeSet<>();
    for (String protocol : numbers(OURS + "protocols.xml").keySet()) {
      JavaClass each = jgroups.get(protocol);
      sent.addAll(used(jgroups, each.getName(), numbered));
      each.getAllRawSuperclasses().stream()
          .filter(parent -> parent.getName().startsWith("org.jgroups"))
          .forEach(parent -> sent.addAll(used(jgroups, parent.getName(), numbered)));
    }
    sent.addAll(used(jgroups, "org.jgroups.protocols.Discovery", numbered));
    assertFalse(sent.isEmpty());
    Set<String> missing = new TreeSet<>(sent);
    missing.removeAll(numbers(OURS + "classes.xml").keySet());
    assertEquals(Set.of(), missing);
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
