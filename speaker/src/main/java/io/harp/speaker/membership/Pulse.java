package io.harp.speaker.membership;

import io.harp.speaker.scheduling.TimeSlice;
import java.net.InetSocketAddress;
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
import org.jgroups.stack.IpAddress;
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
  private final Knock knock;
  private final Timers timers;
  private final Watch<Address> watch;
  private volatile @Nullable View view;
  private volatile @Nullable Thread thread;
  private long nextBeatMs;

  /**
   * @param doubted hears of a member as soon as there is cause for doubt, before it is asked
   */
  Pulse(Timers timers, Counters counters, Knock knock, Consumer<Address> doubted) {
    this.timers = timers;
    this.counters = counters;
    this.knock = knock;
    this.doubted = doubted;
    this.watch = new Watch<>(timers.patience(), nowMs());
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
    synchronized (watch) {
      watch.members(next.getMembers(), local_addr, nowMs());
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
    TimeSlice.shorten();
    while (thread == Thread.currentThread()) {
      try {
        beat();
        act(locked(this::tick));
      } catch (RuntimeException e) {
        // Whatever it was, without heartbeats this member would be lost.
        counters.unexpected.increment();
        log.error("heartbeats go on after", e);
      }
      long waitMs = locked(() -> Math.min(watch.nextMs(), nextBeatMs)) - nowMs();
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
    for (Address successor : locked(this::beatDue)) {
      send(successor, PulseHeader.beat());
      counters.beatsSent.increment();
    }
  }

  // Under the lock, or the beat that a new view wants could be put off for ever.
  private List<Address> beatDue() {
    long now = nowMs();
    if (now < nextBeatMs) {
      return List.of();
    }
    List<Address> successors = watch.successors();
    // Whoever is alone sleeps until there is another view.
    nextBeatMs = successors.isEmpty() ? Long.MAX_VALUE : now + timers.beatMs();
    return successors;
  }

  private void handle(PulseHeader header, Address from) {
    switch (header.type()) {
      case PulseHeader.BEAT -> {
        counters.beatsReceived.increment();
        heard(from);
      }
      case PulseHeader.ASK -> send(from, PulseHeader.answer(inView(from), header.question()));
      case PulseHeader.HERE -> answered(from, header.question(), true);
      case PulseHeader.APART -> answered(from, header.question(), false);
      case PulseHeader.SILENT -> silent(header, false, from);
      case PulseHeader.PAUSED -> silent(header, true, from);
      default -> counters.unexpected.increment();
    }
  }

  // Who is in another view may be the one that was cut off.
  private void silent(PulseHeader header, boolean hostThere, Address from) {
    Address member = header.about();
    if (member != null && inView(from)) {
      act(locked(() -> watch.told(member, header.forMs(), hostThere, nowMs())));
      wake();
    }
  }

  private boolean inView(Address member) {
    View current = view;
    return current != null && current.containsMember(member);
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
        case Act.Tell<Address>(Address member, long forMs, boolean hostThere) ->
            send(null, PulseHeader.silent(member, forMs, hostThere));
        case Act.Ask<Address>(Address member, int question) ->
            send(member, PulseHeader.ask(question));
        case Act.Knock<Address>(Address member, long afterMs) -> knock(member, afterMs);
        case Act.Suspect<Address>(Address member) -> {
          counters.suspicions.increment();
          synchronized (watch) {
            watch.takeSilences().forEach(counters::detected);
          }
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

  private void knock(Address member, long afterMs) {
    if (down_prot.down(new Event(Event.GET_PHYSICAL_ADDRESS, member)) instanceof IpAddress ip) {
      InetSocketAddress where = new InetSocketAddress(ip.getIpAddress(), ip.getPort());
      Thread.ofVirtual()
          .name("membership-knock")
          .start(() -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(afterMs));
            knocked(member, knock.at(where));
          });
    }
  }

  private void knocked(Address member, Knock.Answer answer) {
    switch (answer) {
      case OPEN -> act(locked(() -> watch.hostAnswered(member)));
      case REFUSED -> gone(member);
      case NONE -> {
        synchronized (watch) {
          watch.hostSilent(member);
        }
        wake();
      }
    }
  }

  /**
   * @param to null for everybody
   */
  private void send(@Nullable Address to, PulseHeader header) {
    down_prot.down(
        new EmptyMessage(to)
            .setFlag(Message.Flag.OOB, Message.Flag.NO_RELIABILITY)
            .setFlag(Message.TransientFlag.DONT_LOOPBACK)
            .putHeader(id, header));
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
