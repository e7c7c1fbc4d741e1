package io.harp.speaker.membership;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * What a cluster of many speakers costs: all in this JVM, on addresses of the loopback interface.
 * Tells how long they took to form one view, packets and CPU at rest, and how long the others need
 * to see that one is gone. Run it in a network namespace of its own, since all packets of the
 * interface are counted.
 *
 * <p>Arguments: numbers of members, each with a detection time in ms or without; {@code 3 16 50
 * 100@1000} if there are none. 100 members with the default time need more than two cores to start.
 */
public final class ScaleBench {

  private static final int PORT = 17_472;
  private static final long PATIENCE_MS = 60_000;
  private static final int SECONDS = 10;

  /** So many join at a time: speakers have a machine each, these share one. */
  private static final int AT_ONCE = 3;

  private record One(JGroupsCluster cluster, Seen seen) {}

  /** The newest view of one member, and when it came. */
  private static final class Seen implements Cluster.Events {
    private volatile int members;
    private volatile long atNs;

    @Override
    public void view(View view) {
      atNs = System.nanoTime();
      members = view.members().size();
    }

    @Override
    public void suspected(Member member) {}

    @Override
    public void message(Member from, byte[] message) {}
  }

  private ScaleBench() {}

  public static void main(String[] args) throws Exception {
    List<String> sizes = args.length == 0 ? List.of("3", "16", "50", "100@1000") : List.of(args);
    System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).strip());
    for (String size : sizes) {
      String[] parts = size.split("@", -1);
      measure(
          Integer.parseInt(parts[0]),
          parts.length == 1 ? Timers.DEFAULT : new Timers(Integer.parseInt(parts[1])));
    }
    System.exit(0);
  }

  private static void measure(int size, Timers timers) throws Exception {
    List<One> all = new ArrayList<>();
    long from = System.nanoTime();
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<Future<One>> starting = new ArrayList<>();
      for (int n = 1; n <= size; n++) {
        int number = n;
        starting.add(threads.submit((Callable<One>) () -> start(number, size, timers)));
      }
      for (Future<One> one : starting) {
        all.add(one.get());
      }
    }
    double formedMs = (await(all, size) - from) / 1e6;
    Thread.sleep(Vigilance.STIRRED_MS + 3_000);
    long packets = packets();
    long cpu = cpuNs();
    long suspicions = suspicions(all);
    Thread.sleep(SECONDS * 1_000L);
    double packetsPerSecond = (packets() - packets) / (double) SECONDS;
    double cores = (cpuNs() - cpu) / (SECONDS * 1e9);
    suspicions = suspicions(all) - suspicions;
    One leaver = all.remove(size / 2);
    long left = System.nanoTime();
    leaver.cluster.close();
    double leftMs = (await(all, size - 1) - left) / 1e6;
    System.out.printf(
        Locale.ROOT,
        "%4d members at %d ms: one view after %.0f ms, merges %d; at rest %.0f packets/s (%.0f"
            + " each), %.2f %% of a core each, suspicions %d; leave seen by all after %.0f ms%n",
        size,
        timers.detectionMs(),
        formedMs,
        all.stream().mapToLong(o -> o.cluster.counters().merges.sum()).max().orElse(0),
        packetsPerSecond,
        packetsPerSecond / size,
        100 * cores / size,
        suspicions,
        leftMs);
    all.reversed().forEach(o -> o.cluster.close());
  }

  private static One start(int n, int size, Timers timers) throws IOException {
    Seen seen = new Seen();
    Member self = new Member(new NodeName("node-" + n), ThreadLocalRandom.current().nextLong());
    List<InetSocketAddress> peers =
        IntStream.rangeClosed(1, size).mapToObj(ScaleBench::where).toList();
    GroupKey key = GroupKey.of("the secret of the bench".getBytes(StandardCharsets.UTF_8));
    return new One(
        JGroupsCluster.join(new ClusterSettings(self, where(n), peers, key, timers), seen), seen);
  }

  private static InetSocketAddress where(int n) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(new byte[] {127, 2, (byte) (n >> 7), (byte) (n & 127)}), PORT);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long await(List<One> all, int members) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_MS * 1_000_000;
    while (all.stream().anyMatch(o -> o.seen.members != members)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "no view of " + members + ": " + all.stream().map(o -> o.seen.members).toList());
      }
      Thread.sleep(5);
    }
    return all.stream().mapToLong(o -> o.seen.atNs).max().orElseThrow();
  }

  private static long suspicions(List<One> all) {
    return all.stream().mapToLong(o -> o.cluster.counters().suspicions.sum()).sum();
  }

  private static long cpuNs() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /** Received on the loopback interface, which is as many as were sent (proc_pid_net(5), dev). */
  private static long packets() throws IOException {
    return Files.readAllLines(Path.of("/proc/net/dev")).stream()
        .map(String::strip)
        .filter(l -> l.startsWith("lo:"))
        .mapToLong(l -> Long.parseLong(l.split("\\s+")[2]))
        .findFirst()
        .orElse(0);
  }
}
