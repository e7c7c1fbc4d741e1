package io.harp.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.harp.controller.leadership.Candidacy;
import io.harp.controller.leadership.Seen;
import io.harp.controller.status.Leases;
import io.harp.loop.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ElectorTest {

  /** A Lease in memory; the first requests fail in a way no store should. */
  private static final class FaultyStore implements Leases {
    private final AtomicInteger faults;
    private Optional<Seen> lease = Optional.empty();
    private int version;

    FaultyStore(int faults) {
      this.faults = new AtomicInteger(faults);
    }

    @Override
    public Optional<Seen> read() {
      mayFail();
      return lease;
    }

    @Override
    public Seen create(long wallMs) {
      return written(Optional.of("me"));
    }

    @Override
    public Seen hold(Seen from, boolean anew, long wallMs) {
      mayFail();
      return written(Optional.of("me"));
    }

    @Override
    public void release(Seen from, long wallMs) {
      written(Optional.empty());
    }

    private Seen written(Optional<String> holder) {
      Seen seen = new Seen(holder, 0, String.valueOf(++version));
      lease = Optional.of(seen);
      return seen;
    }

    private void mayFail() {
      if (faults.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new NullPointerException("a Lease of a shape that nobody foresaw");
      }
    }
  }

  /** Begins only after some failures. */
  private static final class RecordingOffice implements Elector.Office {
    final List<String> did = new CopyOnWriteArrayList<>();
    final CountDownLatch begun = new CountDownLatch(1);
    private int failures;

    RecordingOffice(int failures) {
      this.failures = failures;
    }

    @Override
    public void begin(boolean fence) {
      did.add("begin");
      if (failures-- > 0) {
        throw new IllegalStateException("cannot begin");
      }
      begun.countDown();
    }

    @Override
    public boolean end() {
      did.add("end");
      return true;
    }
  }

  private static final class Said extends AppenderBase<ILoggingEvent> {
    final List<String> errors = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
        errors.add(event.getMessage());
      }
    }
  }

  private final Said said = new Said();
  private final Logger log = (Logger) LoggerFactory.getLogger(Elector.class);

  @BeforeEach
  void listen() {
    said.start();
    log.addAppender(said);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(said);
  }

  @Test
  void anErrorNobodyForesawIsSaidOnceAndTheElectionGoesOn() throws InterruptedException {
    RecordingOffice office = new RecordingOffice(0);
    FaultyStore store = new FaultyStore(3);
    try (Elector elector = elector(store, office)) {
      assertTrue(office.begun.await(20, TimeUnit.SECONDS), "never led");
      assertTrue(elector.leads());
    }
    assertEquals(1, said.errors.size(), said.errors::toString);
    assertEquals(List.of("begin", "end"), office.did);
    assertEquals(Optional.empty(), store.lease.orElseThrow().holder(), "given back");
  }

  @Test
  void aTermThatCannotBeginIsEndedAndBegunAgain() throws InterruptedException {
    RecordingOffice office = new RecordingOffice(2);
    try (Elector _ = elector(new FaultyStore(0), office)) {
      assertTrue(office.begun.await(20, TimeUnit.SECONDS), "never led");
    }
    assertEquals(1, said.errors.size(), said.errors::toString);
    assertEquals(List.of("begin", "end", "begin", "end", "begin", "end"), office.did);
  }

  private static Elector elector(Leases store, Elector.Office office) {
    Elector elector =
        new Elector(store, new Candidacy("me"), Clock.system(), Long.MIN_VALUE, office);
    elector.start();
    return elector;
  }
}
