package io.harp.speaker.membership;

import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of connections that were refused: one line a minute and direction, however many. */
final class Refusals {

  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final long QUIET_NS = TimeUnit.MINUTES.toNanos(1);

  private final Limit incoming = new Limit();
  private final Limit outgoing = new Limit();

  void incoming(SocketAddress peer, Throwable why) {
    int n = incoming.take();
    if (n > 0) {
      log.warn("Connection of {} refused: {} ({} since the last such line)", peer, text(why), n);
    }
  }

  void outgoing(SocketAddress peer, Throwable why) {
    int n = outgoing.take();
    if (n > 0) {
      log.warn("No speaker of ours at {}: {} ({} since the last such line)", peer, text(why), n);
    }
  }

  private static String text(Throwable why) {
    String message = why.getMessage();
    return message == null ? why.getClass().getSimpleName() : message;
  }

  private static final class Limit {
    private final AtomicLong nextNs = new AtomicLong(System.nanoTime());
    private final AtomicInteger count = new AtomicInteger();

    /** How many to tell of, 0 for "not now". */
    int take() {
      count.incrementAndGet();
      long now = System.nanoTime();
      long next = nextNs.get();
      return now - next >= 0 && nextNs.compareAndSet(next, now + QUIET_NS) ? count.getAndSet(0) : 0;
    }
  }
}
