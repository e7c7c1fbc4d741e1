package io.harp.e2e.probe;

import io.harp.e2e.probe.Observation.Answered;
import io.harp.e2e.probe.Observation.Claimed;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Observation.Sent;
import io.harp.e2e.probe.Outage.Spell;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Clients that keep asking one address until the watch is closed, and everything they saw. */
public final class Watch implements AutoCloseable {

  /** How long a probe may take; younger ones are neither answered nor lost yet. */
  private static final long SETTLE_NS = 300_000_000;

  /** An answer older than this says nothing about who owns the address now. */
  private static final long RECENT_NS = 150_000_000;

  private final String id;
  private final UnaryOperator<String> nameOf;
  private final Runnable stop;
  private final List<Observation> seen = new ArrayList<>();
  private final long startNs = System.nanoTime();

  /**
   * @param id what the probes call this watch in their lines
   * @param nameOf the name of a machine by its MAC address
   * @param stop ends the probes
   */
  Watch(String id, UnaryOperator<String> nameOf, Runnable stop) {
    this.id = id;
    this.nameOf = nameOf;
    this.stop = stop;
  }

  /** What was noticed since the watch began. */
  public Outage outage() {
    return outageSince(startNs);
  }

  /** What was noticed since {@code fromNs}, with every probe given 300 ms to be answered. */
  public Outage outageSince(long fromNs) {
    long now = System.nanoTime();
    List<Observation> all = observations();
    long lastAnswered =
        all.stream()
            .filter(o -> o instanceof Answered a && a.kind() == Kind.UDP)
            .mapToLong(o -> ((Answered) o).sentNs())
            .max()
            .orElse(fromNs);
    return Outage.between(all, fromNs, Math.max(lastAnswered, now - SETTLE_NS));
  }

  /** How often the address moved since, counted from the one that answered last before. */
  public int movesSince(long fromNs) {
    List<Spell> spells = new ArrayList<>();
    for (Observation o : observations()) {
      if (o instanceof Answered a && a.kind() == Kind.ARP) {
        if (a.atNs() - fromNs <= 0) {
          spells.clear();
        }
        spells.add(new Spell(a.who(), a.atNs(), a.atNs()));
      }
    }
    return Outage.moves(spells);
  }

  /** What was noticed between two moments of {@link System#nanoTime}. */
  public Outage outage(long fromNs, long toNs) {
    return Outage.between(observations(), fromNs, toNs);
  }

  /** A copy of everything seen so far, in the order it was reported. */
  public List<Observation> observations() {
    synchronized (seen) {
      return List.copyOf(seen);
    }
  }

  /** Who answers ARP for the address at the moment; empty when nobody did for 150 ms. */
  public Optional<String> owner() {
    long now = System.nanoTime();
    return Optional.ofNullable(latest(Kind.ARP))
        .filter(a -> now - a.atNs() < RECENT_NS)
        .map(Answered::who);
  }

  /**
   * Waits until somebody answers ARP.
   *
   * @throws AssertionError after {@code timeoutMs}
   */
  public String awaitOwner(long timeoutMs) {
    await("an owner", timeoutMs, () -> owner().isPresent());
    return owner().orElseThrow();
  }

  /**
   * Waits until somebody else than {@code node} answers ARP.
   *
   * @throws AssertionError after {@code timeoutMs}
   */
  public String awaitOwnerOtherThan(String node, long timeoutMs) {
    await(
        "another owner than " + node,
        timeoutMs,
        () -> owner().filter(o -> !o.equals(node)).isPresent());
    return owner().orElseThrow();
  }

  /**
   * Waits until a probe of this kind sent after {@code afterNs} is answered.
   *
   * @return the answer
   * @throws AssertionError after {@code timeoutMs}
   */
  public Answered awaitAnswer(Kind kind, long afterNs, long timeoutMs) {
    await("an answer by " + kind, timeoutMs, () -> firstAnswer(kind, afterNs).isPresent());
    return firstAnswer(kind, afterNs).orElseThrow();
  }

  /** Lets the probes run on for a while. */
  public void run(long ms) {
    try {
      TimeUnit.MILLISECONDS.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  public long startNs() {
    return startNs;
  }

  @Override
  public void close() {
    stop.run();
  }

  /** Takes a line of a probe; those of other watches are ignored. */
  void hear(String line) {
    String[] words = line.split(" ", -1);
    if (words.length < 4 || !words[1].equals(id)) {
      return;
    }
    Observation observation =
        switch (words[0]) {
          case "s" -> new Sent(kind(words[2]), Long.parseLong(words[3]));
          case "r" ->
              new Answered(
                  kind(words[2]),
                  Long.parseLong(words[3]),
                  Long.parseLong(words[4]),
                  nameOf.apply(words[5]));
          case "c" -> new Claimed(Long.parseLong(words[2]), nameOf.apply(words[3]));
          default -> throw new IllegalStateException(line);
        };
    synchronized (seen) {
      seen.add(observation);
      seen.notifyAll();
    }
  }

  private static Kind kind(String word) {
    return switch (word) {
      case "udp" -> Kind.UDP;
      case "tcp" -> Kind.TCP;
      case "arp" -> Kind.ARP;
      default -> throw new IllegalStateException(word);
    };
  }

  private @Nullable Answered latest(Kind kind) {
    synchronized (seen) {
      for (int i = seen.size() - 1; i >= 0; i--) {
        if (seen.get(i) instanceof Answered a && a.kind() == kind) {
          return a;
        }
      }
      return null;
    }
  }

  private Optional<Answered> firstAnswer(Kind kind, long afterNs) {
    synchronized (seen) {
      return seen.stream()
          .filter(o -> o instanceof Answered a && a.kind() == kind && a.sentNs() - afterNs >= 0)
          .map(Answered.class::cast)
          .findFirst();
    }
  }

  private void await(String what, long timeoutMs, java.util.function.BooleanSupplier until) {
    long deadline = System.nanoTime() + timeoutMs * 1_000_000;
    try {
      synchronized (seen) {
        while (!until.getAsBoolean()) {
          if (System.nanoTime() - deadline > 0) {
            throw new AssertionError("no sign of " + what + " within " + timeoutMs + " ms");
          }
          seen.wait(20);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
