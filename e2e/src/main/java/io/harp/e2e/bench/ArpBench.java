package io.harp.e2e.bench;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.harp.e2e.LabNode;
import io.harp.e2e.LabOptions;
import io.harp.e2e.Requirements;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.net.Jvm;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How fast ARP requests are answered, by the kernel for its own address and by Harp for its ones,
 * in turn on the same cable; then what a flood costs, and an idle speaker. Printed, and written as
 * {@code e2e/target/bench/arp.json}.
 */
@Command(
    name = "arp",
    mixinStandardHelpOptions = true,
    description = "Measures how ARP requests are answered, beside the kernel's own answers.")
public final class ArpBench implements Callable<Integer> {

  private static final String OWN = "10.0.0.10";
  private static final String HELD = "10.1.0.0";
  private static final int MANY = 5_000;
  private static final int RATE = 10_000;

  @Option(names = "--count", description = "spaced requests to each (default ${DEFAULT-VALUE})")
  int count = 5_000;

  @Option(names = "--flood", description = "ms of each flood (default ${DEFAULT-VALUE})")
  int floodMs = 3_000;

  @Option(names = "--idle", description = "s to watch an idle speaker (default ${DEFAULT-VALUE})")
  int idleSeconds = 30;

  @Option(
      names = "--idle-nodes",
      description = "speakers beside each other while one is watched (default ${DEFAULT-VALUE})")
  int idleNodes = 1;

  @Option(names = "--idle-only", description = "only watch an idle speaker")
  boolean idleOnly;

  private final Map<String, Object> results = new LinkedHashMap<>();

  private ArpBench() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new ArpBench()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing();
    if (missing.isPresent()) {
      System.err.println("arp: " + missing.get());
      return 2;
    }
    Path directory = Files.createDirectories(LabOptions.harp().root().resolve("e2e/target/bench"));
    results.put("loadBefore", load());
    if (!idleOnly) {
      answers(directory);
    }
    idle();
    results.put("loadAfter", load());
    results.forEach((name, value) -> System.out.println(name + ": " + value));
    Path file = directory.resolve("arp.json");
    Files.writeString(file, Serialization.asJson(results));
    System.out.println("written to " + file);
    return 0;
  }

  private void answers(Path directory) {
    try (Namespace holding = Namespace.create("holding", null);
        Namespace asking = Namespace.create("asking", holding)) {
      asking.ip(
          "link add w0 type veth peer name w0 netns " + holding.pid(),
          "addr add 10.0.0.2/8 dev w0",
          "link set w0 up");
      holding.ip("addr add " + OWN + "/8 dev w0", "link set w0 up");
      Talk holder = Talk.start(holding, ArpHolder.class, directory);
      Talk asker = Talk.start(asking, ArpAsker.class, directory, "w0", "10.0.0.2");
      answers(holder, asker);
    }
  }

  private void answers(Talk holder, Talk asker) {
    holder.ask("hold " + HELD + " 1");
    // A responder that has answered for a while, as in a cluster.
    asker.numbers("flood " + floodMs + " " + HELD + " 1");
    Map<String, Object> kernel = new LinkedHashMap<>();
    Map<String, Object> harp = spaced(asker, kernel);
    harp.put("perSecond", flood(holder, asker, 1, harp));
    kernel.put("perSecond", asker.numbers("flood " + floodMs + " " + OWN + " 1")[0]);
    paced(asker, 1, harp);
    results.put("kernel", kernel);
    results.put("harp", harp);

    holder.ask("hold " + HELD + " " + MANY);
    Map<String, Object> beside = new LinkedHashMap<>();
    Map<String, Object> many = spaced(asker, beside);
    many.put("kernelP50us", beside.get("p50us"));
    many.put("perSecond", flood(holder, asker, MANY, many));
    paced(asker, MANY, many);
    results.put("harpWith" + MANY + "Addresses", many);
  }

  private Map<String, Object> spaced(Talk asker, Map<String, Object> kernel) {
    long stolen = stolenMs();
    long[] n = asker.numbers("spaced " + count + " " + OWN + " " + HELD);
    Map<String, Object> harp = new LinkedHashMap<>();
    put(kernel, n, 0);
    put(harp, n, 4);
    harp.put("stolenMs", stolenMs() - stolen);
    return harp;
  }

  private void put(Map<String, Object> into, long[] n, int at) {
    into.put("p50us", n[at]);
    into.put("p99us", n[at + 1]);
    into.put("maxUs", n[at + 2]);
    into.put("unanswered", count - n[at + 3]);
  }

  private long flood(Talk holder, Talk asker, int addresses, Map<String, Object> into) {
    long[] before = holder.numbers("work");
    long perSecond = asker.numbers("flood " + floodMs + " " + HELD + " " + addresses)[0];
    long[] after = holder.numbers("work");
    double answers = Math.max(1, after[2] - before[2]);
    into.put("bytesPerReply", Math.round((after[0] - before[0]) / answers * 100) / 100.0);
    into.put("cpuUsPerReply", Math.round((after[1] - before[1]) / answers * 100) / 100.0);
    return perSecond;
  }

  private void paced(Talk asker, int addresses, Map<String, Object> into) {
    long[] n = asker.numbers("paced " + RATE + " " + floodMs + " " + HELD + " " + addresses);
    into.put("askedAt" + RATE + "PerSecond", n[0]);
    into.put("lostAt" + RATE + "PerSecond", n[0] - n[1]);
  }

  /** A whole speaker with four interfaces and 100 addresses, its own or shared, and nobody asks. */
  private void idle() {
    try (SpeakerLab speakers = SpeakerLab.build(LabOptions.harp().withNodes(idleNodes))) {
      LabNode node = speakers.node("n1");
      Namespace machine = speakers.lab().lan().machine("n1");
      for (String name : List.of("lan1", "lan2")) {
        machine.ip(
            "link add " + name + " type veth peer name veth-" + name,
            "link set " + name + " up",
            "link set veth-" + name + " up");
      }
      for (int i = 1; i <= 100; i++) {
        speakers.serve("web-" + i, "10.77.100." + i);
      }
      speakers.lab().startSpeakers();
      boolean all = SpeakerLab.await(60_000, () -> held(speakers.lab().nodes()) == 100);
      if (!all) {
        throw new IllegalStateException("100 addresses were not claimed:\n" + node.get("metrics"));
      }
      LockSupport.parkNanos(10_000_000_000L);
      Map<String, Long> threadsBefore = threadTicks(node.speaker().pid());
      long before = node.speaker().cpuMs();
      long from = System.nanoTime();
      LockSupport.parkNanos(idleSeconds * 1_000_000_000L);
      double seconds = (System.nanoTime() - from) / 1e9;
      double percent = (node.speaker().cpuMs() - before) / seconds / 10;
      results.put("idleCpuPercent", Math.round(percent * 100) / 100.0);
      Map<String, Long> busiest = new TreeMap<>();
      threadTicks(node.speaker().pid())
          .forEach(
              (name, ticks) -> busiest.put(name, ticks - threadsBefore.getOrDefault(name, 0L)));
      busiest.values().removeIf(ticks -> ticks == 0);
      results.put("idleThreadsMs", busiest);
      results.put("residentMb", node.speaker().residentKb() / 1024);
    }
  }

  private static int held(List<LabNode> nodes) {
    return nodes.stream()
        .flatMap(n -> n.get("metrics").lines())
        .filter(line -> line.startsWith("harp_held_addresses "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .sum();
  }

  /** User and system time of each thread by its name so far, in ms; a tick is 10 ms (proc(5)). */
  private static Map<String, Long> threadTicks(long pid) {
    Map<String, Long> ticks = new TreeMap<>();
    for (File task :
        Optional.ofNullable(new File("/proc/" + pid + "/task").listFiles()).orElse(new File[0])) {
      try {
        String stat = Files.readString(task.toPath().resolve("stat"));
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ms = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
        ticks.merge(name, ms, Long::sum);
      } catch (IOException _) {
        // It has ended meanwhile.
      }
    }
    return ticks;
  }

  /**
   * How long this machine's processors were ready and another guest of its host ran, in ms
   * (proc(5), steal). The kernel answers on the processor that asks; Harp is woken, and its
   * processor has to be given to this machine first.
   */
  private static long stolenMs() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      return Long.parseLong(lines.findFirst().orElseThrow().split(" +", -1)[8]) * 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String load() throws IOException {
    String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return words[0] + " " + words[1];
  }

  /** A process that answers each line with one line. */
  private record Talk(LabProcess process, BlockingQueue<String> answers) {

    static Talk start(Namespace where, Class<?> main, Path logs, String... args) {
      String name = main.getSimpleName();
      LabProcess process =
          where.converse(name, Jvm.self(64, main.getName(), args), logs.resolve(name + ".log"));
      Talk talk = new Talk(process, new LinkedBlockingQueue<>());
      // Anything else is the log of a library.
      process.onLine(line -> {
        if (line.matches("ready|holding|[-0-9 ]+")) {
          talk.answers.add(line);
        }
      });
      talk.await();
      return talk;
    }

    String ask(String order) {
      process.tell(order);
      return await();
    }

    long[] numbers(String order) {
      return Arrays.stream(ask(order).split(" ", -1)).mapToLong(Long::parseLong).toArray();
    }

    private String await() {
      try {
        String answer = answers.poll(60, TimeUnit.SECONDS);
        if (answer == null) {
          throw new IllegalStateException(process.name() + " is silent: " + process.tail(20));
        }
        return answer;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }
}
