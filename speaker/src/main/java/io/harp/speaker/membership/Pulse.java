package io.harp.speaker.membership;

import io.harp.speaker.membership.Watch.Act;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jgroups.Address;
import org.jgroups.EmptyMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.stack.Protocol;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * Sends heartbeats and puts {@link Watch} to work. Stands in for JGroups' FD_ALL3 and
 * VERIFY_SUSPECT2: those count time in whole heartbeats, one of them by the wall clock, tell only
 * the next coordinator of a suspicion, and take the answer of a member that has excluded us for a
 * sign that all is well.
 *
 * <p>It has a thread of its own with a monotonic clock, so neither a full thread pool nor a step of
 * the wall clock delays or hastens it.
 */
final class Pulse extends Protocol {

  private static final short ID = 1702;

  static {
    ClassConfigurator.addProtocol(ID, Pulse.class);
    ClassConfigurator.add(PulseHeader.MAGIC, PulseHeader.class);
  }

  private final Counters counters;
  private final Consumer<Address> doubted;
  private final Watch<Address> watch;
  private volatile @Nullable View view;
  private volatile @Nullable Thread thread;
  private long nextBeatMs;

  /**
   * @param doubted hears of a member as soon as there is cause for doubt, before it is asked
   */
  Pulse(Timers timers, Counters counters, Consumer<Address> doubted) {
    this.counters = counters;
    this.doubted = doubted;
    this.watch = new Watch<>(timers, nowMs());
  }

  /** How many members there may be; with many, heartbeats are rarer. */
  void expect(int members) {
    synchronized (watch) {
      watch.expect(members);
    }
  }

  /** The member's host answered that nobody listens where it was. */
  void gone(Address member) {
    act(locked(() -> watch.gone(member, nowMs())));
    wake();
  }

  @Override
  public Object down(Event event) {
    if (event.getType() == Event.VIEW_CHANGE) {
      Object result = down_prot.down(event);
      install(event.getArg());
      return result;
    }
    return down_prot.down(event);
  }

  @Override
  public @Nullable Object up(Event event) {
    if (event.getType() == Event.SUSPECT) {
      Collection<Address> closed = event.getArg();
      closed.forEach(member -> act(locked(() -> watch.closed(member, nowMs()))));
      wake();
      return null;
    }
    return up_prot.up(event);
  }

  @Override
  public @Nullable Object up(Message message) {
    PulseHeader header = message.getHeader(id);
    if (header == null) {
      heard(message.getSrc());
      return up_prot.up(message);
    }
    handle(header, message.getSrc());
    return null;
  }

  @Override
  public void up(MessageBatch batch) {
    for (Message message : batch) {
      PulseHeader header = message.getHeader(id);
      if (header != null) {
        handle(header, message.getSrc());
      }
    }
    batch.removeIf(message -> message.getHeader(id) != null, true);
    heard(batch.sender());
    if (!batch.isEmpty()) {
      up_prot.up(batch);
    }
  }

  @Override
  public void stop() {
    Thread running = thread;
    thread = null;
    LockSupport.unpark(running);
    super.stop();
  }

  private void install(View next) {
    view = next;
    List<Address> others =
        next.getMembers().stream().filter(member -> !member.equals(local_addr)).toList();
    synchronized (watch) {
      watch.members(others, nowMs());
      nextBeatMs = nowMs();
    }
    if (thread == null) {
      Thread beating = Thread.ofPlatform().name("membership-pulse").daemon().unstarted(this::run);
      // First known, then started: it runs as long as it is the known one.
      thread = beating;
      beating.start();
    }
    wake();
  }

  private void run() {
    while (thread == Thread.currentThread()) {
      try {
        beat();
        act(locked(this::tick));
      } catch (RuntimeException e) {
        // Whatever it was, without heartbeats this member would be lost.
        counters.unexpected.increment();
        log.error("heartbeats go on after", e);
      }
      long waitMs = locked(watch::nextMs);
      waitMs = Math.min(waitMs, nextBeatMs) - nowMs();
      if (waitMs > 0) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(waitMs));
      }
    }
  }

  private List<Act<Address>> tick() {
    long now = nowMs();
    if (watch.stalled(now)) {
      counters.stalls.increment();
    }
    return watch.tick(now);
  }

  private void beat() {
    View current = view;
    if (current == null || nowMs() < nextBeatMs) {
      return;
    }
    nextBeatMs = nowMs() + locked(watch::beatMs);
    if (current.size() > 1) {
      send(null, PulseHeader.BEAT, 0);
      counters.beatsSent.increment();
    }
  }

  private void handle(PulseHeader header, Address from) {
    switch (header.type()) {
      case PulseHeader.BEAT -> {
        counters.beatsReceived.increment();
        heard(from);
      }
      case PulseHeader.ASK -> {
        View current = view;
        boolean known = current != null && current.containsMember(from);
        send(from, known ? PulseHeader.HERE : PulseHeader.APART, header.question());
      }
      case PulseHeader.HERE -> answered(from, header.question(), true);
      case PulseHeader.APART -> answered(from, header.question(), false);
      default -> counters.unexpected.increment();
    }
  }

  private void heard(Address from) {
    act(locked(() -> watch.heard(from, nowMs())));
  }

  private void answered(Address from, int question, boolean inView) {
    act(locked(() -> watch.answered(from, question, inView, nowMs())));
  }

  private void act(List<Act<Address>> acts) {
    for (Act<Address> act : acts) {
      switch (act) {
        case Act.Doubt<Address>(Address member) -> {
          counters.doubts.increment();
          doubted.accept(member);
        }
        case Act.Ask<Address>(Address member, int question) ->
            send(member, PulseHeader.ASK, question);
        case Act.Suspect<Address>(Address member) -> {
          counters.suspicions.increment();
          tell(new Event(Event.SUSPECT, List.of(member)));
        }
        case Act.Trust<Address>(Address member) -> tell(new Event(Event.UNSUSPECT, member));
      }
    }
  }

  /** Not on this thread: who hears of it may make a new view, and wait until all have it. */
  private void tell(Event event) {
    Thread.ofVirtual().name("membership-verdict").start(() -> up_prot.up(event));
  }

  /**
   * @param to null for everybody
   */
  private void send(@Nullable Address to, byte type, int question) {
    down_prot.down(
        new EmptyMessage(to)
            .setFlag(Message.Flag.OOB, Message.Flag.NO_RELIABILITY)
            .setFlag(Message.TransientFlag.DONT_LOOPBACK)
            .putHeader(id, new PulseHeader(type, question)));
  }

  private <T> T locked(Supplier<T> work) {
    synchronized (watch) {
      return work.get();
    }
  }

  private void wake() {
    LockSupport.unpark(thread);
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }
}
