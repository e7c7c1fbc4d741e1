package io.harp.speaker.membership;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How fast the membership notices: three speakers, each in a JVM and a network namespace of its
 * own, are killed, stopped, cut off and told to leave. Needs root. Prints one line per kind of
 * fault: the times until the last survivor had the new view.
 *
 * <p>Arguments: rounds (10), detection time in ms (250), what to measure (all of {@code start kill
 * stop cut leave restart quiet}).
 */
public final class MembershipBench {

  private static final int MEMBERS = 3;
  private static final long PATIENCE_NS = 30_000_000_000L;

  private final int detectionMs;
  private final PrintStream out = System.out;
  private final Node[] nodes = new Node[MEMBERS + 1];

  private MembershipBench(int detectionMs) {
    this.detectionMs = detectionMs;
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    int detectionMs = args.length > 1 ? Integer.parseInt(args[1]) : 250;
    List<String> kinds =
        args.length > 2
            ? Arrays.asList(args).subList(2, args.length)
            : List.of("start", "kill", "stop", "cut", "leave", "restart", "quiet");
    MembershipBench bench = new MembershipBench(detectionMs);
    bench.lan("add");
    try {
      for (String kind : kinds) {
        bench.measure(kind, rounds);
      }
    } finally {
      bench.stopAll();
      bench.lan("del");
    }
  }

  private void measure(String kind, int rounds) throws IOException, InterruptedException {
    switch (kind) {
      case "start" -> start(rounds);
      case "kill" -> kill(rounds);
      case "stop" -> stop(rounds);
      case "cut" -> cut(rounds);
      case "leave" -> leave(rounds);
      case "restart" -> restart(rounds);
      case "quiet" -> quiet();
      default -> throw new IllegalArgumentException("no measurement named " + kind);
    }
  }

  private void start(int rounds) throws IOException, InterruptedException {
    Samples formed = new Samples("all start: last JVM up -> one view of all");
    Samples merges = new Samples("  ... views by a merge on the way");
    for (int i = 0; i < rounds; i++) {
      stopAll();
      startAll();
      formed.add(awaitAll(MEMBERS, 0) - lastUp());
      merges.addCount(Arrays.stream(nodes).skip(1).mapToLong(Node::merges).sum());
    }
    formed.print();
    merges.print();
  }

  private void kill(int rounds) throws IOException, InterruptedException {
    Samples coordinator = new Samples("SIGKILL of the coordinator -> last survivor's view");
    Samples other = new Samples("SIGKILL of another -> last survivor's view");
    Samples doubt = new Samples("  ... -> first doubt of a survivor");
    for (int i = 0; i < 2 * rounds; i++) {
      settle();
      int victim = i % 2 == 0 ? coordinator() : anOther(i);
      long t0 = System.nanoTime();
      nodes[victim].process.destroyForcibly();
      (i % 2 == 0 ? coordinator : other).add(awaitSurvivors(victim, t0) - t0);
      doubt.add(firstDoubt(victim, t0) - t0);
      nodes[victim].process.waitFor();
    }
    coordinator.print();
    other.print();
    doubt.print();
  }

  private void stop(int rounds) throws IOException, InterruptedException {
    Samples coordinator = new Samples("SIGSTOP of the coordinator -> last survivor's view");
    Samples other = new Samples("SIGSTOP of another -> last survivor's view");
    Samples back = new Samples("SIGCONT after 2 s -> view of all everywhere");
    for (int i = 0; i < 2 * rounds; i++) {
      settle();
      int victim = i % 2 == 0 ? coordinator() : anOther(i);
      long t0 = System.nanoTime();
      signal(victim, "STOP");
      (i % 2 == 0 ? coordinator : other).add(awaitSurvivors(victim, t0) - t0);
      Thread.sleep(2_000);
      long t1 = System.nanoTime();
      signal(victim, "CONT");
      back.add(awaitAll(MEMBERS, t1) - t1);
    }
    coordinator.print();
    other.print();
    back.print();
  }

  private void cut(int rounds) throws IOException, InterruptedException {
    Samples coordinator = new Samples("link of the coordinator cut -> last survivor's view");
    Samples other = new Samples("link of another cut -> last survivor's view");
    Samples heal = new Samples("link healed -> view of all everywhere");
    for (int i = 0; i < 2 * rounds; i++) {
      settle();
      int victim = i % 2 == 0 ? coordinator() : anOther(i);
      long t0 = System.nanoTime();
      run("ip", "link", "set", "memv" + victim, "nomaster");
      (i % 2 == 0 ? coordinator : other).add(awaitSurvivors(victim, t0) - t0);
      Thread.sleep(2_000 + 137 * i % 1_000);
      long t1 = System.nanoTime();
      run("ip", "link", "set", "memv" + victim, "master", "membr");
      heal.add(awaitAll(MEMBERS, t1) - t1);
    }
    coordinator.print();
    other.print();
    heal.print();
  }

  private void leave(int rounds) throws IOException, InterruptedException {
    Samples coordinator = new Samples("coordinator leaves -> last survivor's view");
    Samples other = new Samples("another leaves -> last survivor's view");
    for (int i = 0; i < 2 * rounds; i++) {
      settle();
      int victim = i % 2 == 0 ? coordinator() : anOther(i);
      long t0 = System.nanoTime();
      nodes[victim].tell("leave");
      (i % 2 == 0 ? coordinator : other).add(awaitSurvivors(victim, t0) - t0);
      nodes[victim].process.waitFor();
    }
    coordinator.print();
    other.print();
  }

  /** Kills and starts again at once: the old life is still in the view when the new one joins. */
  private void restart(int rounds) throws IOException, InterruptedException {
    Samples rejoined = new Samples("SIGKILL and start: JVM up -> view of all everywhere");
    for (int i = 0; i < rounds; i++) {
      settle();
      int victim = i % MEMBERS + 1;
      nodes[victim].process.destroyForcibly();
      nodes[victim] = new Node(victim);
      long up = nodes[victim].awaitUp();
      rejoined.add(awaitAll(MEMBERS, up) - up);
    }
    rejoined.print();
  }

  /** A minute with four busy processes: nobody may be suspected. */
  private void quiet() throws IOException, InterruptedException {
    settle();
    long before = suspicions();
    List<Process> burners = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      burners.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
    }
    Thread.sleep(60_000);
    burners.forEach(Process::destroyForcibly);
    for (int n = 1; n <= MEMBERS; n++) {
      nodes[n].tell("count");
    }
    Thread.sleep(500);
    out.println("60 s with 4 busy processes: false doubts " + (suspicions() - before));
    for (int n = 1; n <= MEMBERS; n++) {
      out.println("  " + nodes[n].last("counters"));
    }
  }

  private long suspicions() {
    return Arrays.stream(nodes).skip(1).mapToLong(n -> n.count("suspected")).sum();
  }

  private void startAll() throws IOException {
    for (int n = 1; n <= MEMBERS; n++) {
      nodes[n] = new Node(n);
    }
  }

  /** Everybody runs and has the same view of all, for half a second. */
  private void settle() throws IOException, InterruptedException {
    for (int n = 1; n <= MEMBERS; n++) {
      if (nodes[n] == null || !nodes[n].process.isAlive()) {
        nodes[n] = new Node(n);
      }
    }
    awaitAll(MEMBERS, 0);
    Thread.sleep(700);
  }

  private void stopAll() throws InterruptedException {
    for (int n = 1; n <= MEMBERS; n++) {
      if (nodes[n] != null) {
        nodes[n].process.destroyForcibly().waitFor();
      }
    }
  }

  private int coordinator() {
    String view = nodes[1].lastView();
    return view.charAt(view.indexOf("[node-") + 6) - '0';
  }

  private int anOther(int round) {
    int other = (coordinator() + round / 2 % 2) % MEMBERS + 1;
    return other == coordinator() ? other % MEMBERS + 1 : other;
  }

  private long lastUp() {
    return Arrays.stream(nodes).skip(1).mapToLong(Node::awaitUp).max().orElseThrow();
  }

  private long awaitSurvivors(int victim, long t0) {
    long last = t0;
    for (int n = 1; n <= MEMBERS; n++) {
      if (n != victim) {
        last = Math.max(last, nodes[n].awaitView(MEMBERS - 1, t0));
      }
    }
    return last;
  }

  /** When the last member had a view of so many, if that is its newest; later ones count. */
  private long awaitAll(int size, long t0) {
    long last = t0;
    for (int n = 1; n <= MEMBERS; n++) {
      last = Math.max(last, nodes[n].awaitView(size, t0));
    }
    return last;
  }

  private long firstDoubt(int victim, long t0) {
    long first = Long.MAX_VALUE;
    for (int n = 1; n <= MEMBERS; n++) {
      long doubted = n == victim ? 0 : nodes[n].firstAfter("suspected", t0);
      first = doubted == 0 ? first : Math.min(first, doubted);
    }
    return first;
  }

  private void signal(int victim, String name) throws IOException, InterruptedException {
    run("kill", "-" + name, String.valueOf(nodes[victim].process.pid()));
  }

  private void lan(String verb) throws IOException, InterruptedException {
    if (verb.equals("add")) {
      run("ip", "link", "add", "membr", "type", "bridge");
      run("ip", "link", "set", "membr", "up");
    }
    for (int n = 1; n <= MEMBERS; n++) {
      run("ip", "netns", verb, "mem-" + n);
      if (verb.equals("add")) {
        run(
            "ip",
            "link",
            "add",
            "memv" + n,
            "type",
            "veth",
            "peer",
            "name",
            "e0",
            "netns",
            "mem-" + n);
        run("ip", "link", "set", "memv" + n, "master", "membr", "up");
        run("ip", "-n", "mem-" + n, "addr", "add", "10.77.0." + n + "/24", "dev", "e0");
        run("ip", "-n", "mem-" + n, "link", "set", "e0", "up");
        run("ip", "-n", "mem-" + n, "link", "set", "lo", "up");
      }
    }
    if (verb.equals("del")) {
      run("ip", "link", "del", "membr");
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int code = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (code != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + code);
    }
  }

  private static final class Samples {
    private final String name;
    private final List<Double> values = new ArrayList<>();

    Samples(String name) {
      this.name = name;
    }

    void add(long ns) {
      values.add(ns / 1e6);
    }

    void addCount(long count) {
      values.add((double) count);
    }

    void print() {
      List<Double> sorted = values.stream().sorted().toList();
      System.out.printf(
          Locale.ROOT,
          "%-52s n=%-3d min %6.0f  median %6.0f  worst %6.0f%n",
          name,
          sorted.size(),
          sorted.getFirst(),
          sorted.get(sorted.size() / 2),
          sorted.getLast());
    }
  }

  /** A member's process and what it has said. */
  private final class Node {
    private final Process process;
    private final List<String> lines = new ArrayList<>();

    Node(int number) throws IOException {
      process =
          new ProcessBuilder(
                  "ip",
                  "netns",
                  "exec",
                  "mem-" + number,
                  ProcessHandle.current().info().command().orElse("java"),
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  BenchMember.class.getName(),
                  String.valueOf(number),
                  String.valueOf(MEMBERS),
                  String.valueOf(detectionMs))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          synchronized (lines) {
            lines.add(line);
            lines.notifyAll();
          }
        }
      } catch (IOException e) {
        // Killed: it says nothing more.
      }
    }

    void tell(String word) throws IOException {
      process.outputWriter(StandardCharsets.UTF_8).append(word).append('\n').flush();
    }

    long awaitUp() {
      return await(() -> find("up", 0));
    }

    /** When the newest view after t0 came, once it has so many members. */
    long awaitView(int size, long t0) {
      return await(() -> {
        String[] last = lastView().split(" ");
        boolean fits = last.length > 2 && Integer.parseInt(last[2]) == size;
        return fits && Long.parseLong(last[1]) >= t0 ? Long.parseLong(last[1]) : 0;
      });
    }

    long firstAfter(String word, long t0) {
      synchronized (lines) {
        return find(word, t0);
      }
    }

    String lastView() {
      return last("view");
    }

    String last(String word) {
      synchronized (lines) {
        return lines.stream().filter(l -> l.startsWith(word + " ")).reduce("", (_, b) -> b);
      }
    }

    long count(String word) {
      synchronized (lines) {
        return lines.stream().filter(l -> l.startsWith(word + " ")).count();
      }
    }

    long merges() {
      synchronized (lines) {
        return lines.stream().filter(l -> l.startsWith("view ") && l.contains(" true ")).count();
      }
    }

    private long find(String word, long t0) {
      return lines.stream()
          .filter(l -> l.startsWith(word + " "))
          .mapToLong(l -> Long.parseLong(l.split(" ")[1]))
          .filter(t -> t >= t0)
          .findFirst()
          .orElse(0);
    }

    private long await(LongSupplier found) {
      long end = System.nanoTime() + PATIENCE_NS;
      synchronized (lines) {
        try {
          for (long t = found.getAsLong(); ; t = found.getAsLong()) {
            if (t != 0) {
              return t;
            }
            if (System.nanoTime() > end) {
              throw new IllegalStateException("not within 30 s: " + lines);
            }
            lines.wait(100);
          }
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }
}
