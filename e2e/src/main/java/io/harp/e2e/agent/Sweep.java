package io.harp.e2e.agent;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/** Many consecutive addresses, each asked for once a round, and who answered each of them last. */
final class Sweep {

  private final String id;
  private final Ipv4 first;
  private final int count;
  private final int roundMs;
  private final AtomicReferenceArray<MacAddress> last;
  private volatile boolean running = true;

  Sweep(String id, Ipv4 first, int count, int roundMs) {
    this.id = id;
    this.first = first;
    this.count = count;
    this.roundMs = roundMs;
    this.last = new AtomicReferenceArray<>(count);
  }

  /** Asks until {@link #stop}; the questions of a round are spread over its milliseconds. */
  void ask(Consumer<Ipv4> question) {
    Pace pace = new Pace(1);
    for (long ms = 0; running; ms++) {
      long turn = ms % roundMs;
      for (long i = count * turn / roundMs; i < count * (turn + 1) / roundMs; i++) {
        question.accept(first.plus(i));
      }
      pace.await();
    }
  }

  void stop() {
    running = false;
  }

  /** Says {@code o ID INDEX GOT MAC} if it is one of these addresses and somebody else's now. */
  void heard(Answers.Answer answer, long nowNs, Consumer<String> say) {
    if (answer.asked() && answer.address() instanceof Ipv4 address) {
      long i = Integer.toUnsignedLong(address.bits() - first.bits());
      if (i < count && !answer.mac().equals(last.getAndSet((int) i, answer.mac()))) {
        say.accept("o " + id + " " + i + " " + nowNs + " " + answer.mac());
      }
    }
  }
}
