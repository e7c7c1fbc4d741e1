package io.harp.speaker.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.harp.model.MacAddress;
import io.harp.model.ServiceKey;
import io.harp.speaker.ManualClock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BacklogTest {

  private static final ServiceKey WEB = new ServiceKey("default", "web");
  private static final ServiceKey LAST = new ServiceKey("default", "last");

  private final ManualClock clock = new ManualClock(0);
  private final Backlog backlog = new Backlog(clock);

  @Test
  void manyWordsWaitUntilNoMoreCome() {
    say(30, 0);
    assertNull(backlog.next(clock.now + 299));
    assertNotNull(backlog.next(clock.now + 300));
  }

  @Test
  void manyWordsWaitForThreeSecondsAtMost() {
    say(60, 100);
    // They are many since the twenty-first.
    assertNull(backlog.next(2_000 + 2_999 + 100));
    assertNotNull(backlog.next(2_000 + 3_000 + 100));
  }

  @Test
  void aFewWordsAreWrittenAtOnce() {
    say(20, 0);
    assertNotNull(backlog.next(clock.now));
  }

  /** So many words on as many Services, at such intervals. */
  private void say(int count, long everyMs) {
    for (int i = 0; i < count; i++) {
      clock.now = (i + 1) * everyMs;
      backlog.say(claim(new ServiceKey("default", "many-" + i), 1));
    }
  }

  @Test
  void onlyTheNewestWordCounts() throws InterruptedException {
    backlog.say(claim(WEB, 1));
    backlog.say(claim(WEB, 2));
    assertEquals(claim(WEB, 2), backlog.next());
    nothingElseOf(WEB);
  }

  @Test
  void oneServiceIsWrittenOnceAtATime() throws InterruptedException {
    backlog.say(claim(WEB, 1));
    Word first = backlog.next();
    backlog.say(claim(WEB, 2));
    backlog.say(claim(LAST, 1));
    assertEquals(claim(LAST, 1), backlog.next());
    backlog.written(first);
    assertEquals(claim(WEB, 2), backlog.next());
  }

  @Test
  void aFailedWordIsTriedAgain() throws InterruptedException {
    backlog.say(claim(WEB, 1));
    Word word = backlog.next();
    backlog.failed(word);
    backlog.again(word);
    assertEquals(word.failedOnceMore(), backlog.next());
  }

  @Test
  void aFailedWordCountsAsSaidAgain() throws InterruptedException {
    clock.now = 5;
    backlog.say(claim(WEB, 1));
    Word word = backlog.next();
    assertEquals(5, backlog.saidMs(word));
    backlog.failed(word);
    clock.now = 9;
    backlog.again(word);
    assertEquals(9, backlog.saidMs(backlog.next()));
  }

  @Test
  void aFailedWordIsDroppedWhenANewerOneWasSaid() throws InterruptedException {
    backlog.say(claim(WEB, 1));
    Word word = backlog.next();
    backlog.failed(word);
    backlog.say(claim(WEB, 2));
    assertEquals(claim(WEB, 2), backlog.next());
    backlog.again(word);
    nothingElseOf(WEB);
  }

  @Test
  void whatIsWithdrawnIsNeverWritten() throws InterruptedException {
    backlog.say(claim(WEB, 1));
    backlog.withdraw(WEB);
    nothingElseOf(WEB);
  }

  @Test
  void whatFailedAndWasWithdrawnIsNotTriedAgain() throws InterruptedException {
    backlog.say(claim(WEB, 1));
    Word word = backlog.next();
    backlog.failed(word);
    backlog.withdraw(WEB);
    backlog.again(word);
    nothingElseOf(WEB);
  }

  @Test
  void whatIsWithdrawnWhileItIsWrittenIsTakenBack() throws InterruptedException {
    backlog.say(claim(WEB, 1));
    Word word = backlog.next();
    backlog.withdraw(WEB);
    backlog.written(word);
    assertEquals(Word.gone(WEB), backlog.next());
  }

  private void nothingElseOf(ServiceKey service) throws InterruptedException {
    backlog.say(claim(LAST, 9));
    Word next = backlog.next();
    assertEquals(LAST, next.service(), "there was one more word on " + service);
  }

  private static Word claim(ServiceKey service, long since) {
    return new Word(
        service,
        Optional.of(
            new Tenure(
                service,
                List.of(),
                List.of(),
                MacAddress.ZERO,
                "",
                since,
                "placed",
                Optional.empty())),
        0);
  }
}
