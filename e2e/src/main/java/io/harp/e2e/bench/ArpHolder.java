package io.harp.e2e.bench;

import com.sun.management.ThreadMXBean;
import io.harp.loop.Clock;
import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.speaker.announcement.FramePort.Events;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.flight.FlightRecorder;
import io.harp.speaker.link.Exclusions;
import io.harp.speaker.link.RawFrames;
import io.harp.speaker.link.WireCounters;
import io.harp.speaker.link.WireOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/**
 * The wire of a speaker without its head: answers for as many addresses as it is told. Obeys lines
 * on standard input and answers each with one line.
 *
 * <ul>
 *   <li>{@code hold FIRST COUNT}: answers for these from now on
 *   <li>{@code work}: bytes allocated and microseconds used so far by the threads that answer, and
 *       the answers they gave
 * </ul>
 */
public final class ArpHolder implements Events {

  private final CountDownLatch linked = new CountDownLatch(1);
  private volatile Set<Integer> links = Set.of();

  private ArpHolder() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    ArpHolder holder = new ArpHolder();
    Gate gate = new Gate(Clock.system());
    gate.openAlways();
    WireCounters counters = new WireCounters();
    WireOptions options = new WireOptions(Exclusions.of(List.of("^lo$")), false, false);
    try (RawFrames frames =
        new RawFrames(options, gate, Clock.system(), counters, new FlightRecorder())) {
      frames.start(holder);
      holder.linked.await();
      System.out.println("ready");
      BufferedReader orders =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = orders.readLine(); line != null; line = orders.readLine()) {
        String[] words = line.split(" ", -1);
        if (words[0].equals("hold")) {
          holder.hold(frames, Ipv4.parse(words[1]), Integer.parseInt(words[2]));
          System.out.println("holding");
        } else {
          System.out.println(work(counters));
        }
      }
    }
  }

  private void hold(RawFrames frames, Ipv4 first, int count) {
    Map<Address, Set<Integer>> on = new HashMap<>();
    for (int i = 0; i < count; i++) {
      on.put(first.plus(i), links);
    }
    frames.publish(Held.of(on), on.keySet());
  }

  private static String work(WireCounters counters) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = 0;
    long micros = 0;
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo info = threads.getThreadInfo(id);
      if (info != null && info.getThreadName().startsWith("wire-")) {
        bytes += threads.getThreadAllocatedBytes(id);
        micros += threads.getThreadCpuTime(id) / 1000;
      }
    }
    long answers =
        counters.byAddress().values().stream().mapToLong(c -> c.responsesSent.sum()).sum();
    return bytes + " " + micros + " " + answers;
  }

  @Override
  public void links(List<Link> now) {
    links = now.stream().map(Link::index).collect(Collectors.toUnmodifiableSet());
    if (!now.isEmpty()) {
      linked.countDown();
    }
  }

  @Override
  public void flapped(List<String> names) {}

  @Override
  public void heard(Heard heard) {}
}
