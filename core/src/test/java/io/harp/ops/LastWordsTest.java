package io.harp.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LastWordsTest {

  private final List<Integer> ends = new ArrayList<>();
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Thread main = Thread.ofPlatform().name("main").unstarted(() -> {});
  private final Thread other = Thread.ofVirtual().name("watch-pods").unstarted(() -> {});
  private final LastWords words =
      new LastWords(
          "controller", main, new PrintStream(said, true, StandardCharsets.UTF_8), ends::add);

  @Test
  void aMissingClassEndsTheProcessWhicheverThreadFoundIt() {
    words.uncaughtException(other, new NoClassDefFoundError("a/Scale"));
    assertEquals(List.of(LastWords.STATUS), ends);
    String first = said.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
    assertEquals(
        "controller: ends, thread watch-pods met java.lang.NoClassDefFoundError: a/Scale", first);
  }

  @Test
  void whateverStopsTheStartEndsTheProcess() {
    words.uncaughtException(main, new IllegalStateException("lost\nsecond line"));
    assertEquals(List.of(LastWords.STATUS), ends);
    assertTrue(said.toString(StandardCharsets.UTF_8).contains("IllegalStateException: lost\n"));
  }

  @Test
  void oneThreadsExceptionEndsNothingElse() {
    words.uncaughtException(other, new IllegalStateException("odd"));
    words.uncaughtException(other, new StackOverflowError());
    assertEquals(List.of(), ends);
  }
}
