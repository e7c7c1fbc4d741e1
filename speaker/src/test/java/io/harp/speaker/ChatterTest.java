package io.harp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ChatterTest {

  private final Logger log = (Logger) LoggerFactory.getLogger("speaker");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final ManualClock clock = new ManualClock(0);
  private final Chatter chatter = new Chatter("{} more", clock);

  @BeforeEach
  void listen() {
    lines.start();
    log.addAppender(lines);
  }

  @AfterEach
  void listenNoMore() {
    log.detachAppender(lines);
  }

  @Test
  void aFewAreSaidOneByOne() {
    say(3);
    assertEquals(List.of("0", "1", "2"), said());
  }

  @Test
  void ofManyOnlyTheFirstAreSaidAndASecondLaterHowManyMoreThereWere() {
    say(1_000);
    assertEquals(Chatter.AT_ONCE, said().size());
    clock.now = Chatter.QUIET_MS;
    chatter.flush();
    assertEquals(Chatter.AT_ONCE + 1, said().size());
    assertEquals("980 more", said().getLast());
  }

  @Test
  void whatTricklesIsToldOnceASecond() {
    for (int ms = 0; ms < 3_000; ms += 20) {
      clock.now = ms;
      say(1);
    }
    assertEquals(List.of("50 more", "50 more"), said().subList(Chatter.AT_ONCE, said().size()));
  }

  @Test
  void afterASilenceTheNextOnesAreNews() {
    say(1_000);
    lines.list.clear();
    clock.now = Chatter.QUIET_MS + 1;
    chatter.flush();
    say(1);
    assertEquals(List.of("980 more", "0"), said());
  }

  private void say(int times) {
    for (int i = 0; i < times; i++) {
      chatter.say("{}", i);
    }
    chatter.flush();
  }

  private List<String> said() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
