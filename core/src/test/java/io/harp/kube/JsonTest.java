package io.harp.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Property(tries = 300)
  void whatIsWrittenIsReadAgain(@ForAll("objects") Map<String, Object> object) {
    assertEquals(object, read(Json.text(object)));
  }

  @Provide
  Arbitrary<Map<String, Object>> objects() {
    return Arbitraries.maps(Arbitraries.strings(), values(3)).ofMaxSize(4);
  }

  private static Arbitrary<Object> values(int depth) {
    Arbitrary<Object> plain =
        Arbitraries.oneOf(
            Arbitraries.strings().asGeneric(),
            Arbitraries.integers().asGeneric(),
            Arbitraries.longs().greaterOrEqual(1L << 32).asGeneric(),
            Arbitraries.of(true, false).asGeneric());
    return depth == 0
        ? plain
        : Arbitraries.oneOf(
            plain,
            values(depth - 1).list().ofMaxSize(3).asGeneric(),
            Arbitraries.maps(Arbitraries.strings(), values(depth - 1)).ofMaxSize(3).asGeneric());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "7", "{", "{\"a\":}", "{} {}", "{\"a\" 1}"})
  void whatIsNoObjectIsRefusedInOneLine(String text) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> read(text));
    assertFalse(String.valueOf(refused.getMessage()).contains("\n"), refused.getMessage());
  }

  /** An object of a stranger may nest as deep as it likes; our stack does not. */
  @Test
  void nestingHasABound() {
    String deep = "{\"a\":".repeat(100_000);
    assertThrows(IllegalArgumentException.class, () -> read(deep));
  }

  @Test
  void membersThatNobodyWantsAreLeftOutAtEveryDepth() {
    String text =
        """
        {"metadata": {"name": "a", "managedFields": [{"manager": "x", "f": {"g": [1]}}]},
         "items": [{"metadata": {"managedFields": [], "name": "b"}}]}
        """;
    assertEquals(
        Map.of(
            "metadata",
            Map.of("name", "a"),
            "items",
            List.of(Map.of("metadata", Map.of("name", "b")))),
        Json.object(text, Set.of("managedFields")));
  }

  private static Map<String, Object> read(String text) {
    return Json.object(text.getBytes(StandardCharsets.UTF_8));
  }
}
