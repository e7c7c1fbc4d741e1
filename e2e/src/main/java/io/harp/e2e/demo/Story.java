package io.harp.e2e.demo;

import io.harp.e2e.Lab;
import io.harp.e2e.LabNode;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells what happens to one Service when its node dies, returns and is shut down in order. */
final class Story {

  private static final long PATIENCE_MS = 60_000;
  private static final String SERVICE = "web";

  private final Lab lab;
  private final PrintStream out;
  private final long startNs;
  private final List<Event> events = new ArrayList<>();

  Story(Lab lab, PrintStream out, long startNs) {
    this.lab = lab;
    this.out = out;
    this.startNs = startNs;
  }

  /** Everything for the report. */
  record Told(Findings findings, List<Event> events, String address, Watch watch) {}

  Told tell(Path examples) {
    say("controller and %d speakers start".formatted(lab.nodes().size()));
    lab.startDaemons();
    lab.cluster().apply(examples.resolve("pool.yaml"));
    warmUp();
    lab.nodes().forEach(n -> n.awaitReady(PATIENCE_MS));
    say("speakers are ready; the user applies examples/pool.yaml and examples/service.yaml");

    long createdNs = System.nanoTime();
    lab.cluster().apply(examples.resolve("service.yaml"));
    String address = lab.cluster().awaitAddress(SERVICE, PATIENCE_MS);
    long assignedMs = sinceMs(createdNs);
    Watch watch = lab.client().watch(address);
    long replyNs = watch.awaitAnswer(Kind.UDP, createdNs, PATIENCE_MS).atNs();
    long firstReplyMs = (replyNs - createdNs) / 1_000_000;
    String owner = watch.awaitOwner(PATIENCE_MS);
    say("Service \"%s\" got %s after %d ms".formatted(SERVICE, address, assignedMs));
    say(
        "%s answers; the client's first reply came %d ms after the Service"
            .formatted(owner, firstReplyMs));
    watch.run(2_000);

    Findings.Crash crash = crash(watch, owner);
    Findings.Return returned = comeBack(watch, lab.node(crash.from()));
    Findings.Graceful graceful = endInOrder(watch, crash.to());
    watch.close();
    Findings findings =
        new Findings(
            lab.api().kind().name().toLowerCase(java.util.Locale.ROOT),
            assignedMs,
            firstReplyMs,
            crash,
            returned,
            graceful);
    return new Told(findings, List.copyOf(events), address, watch);
  }

  /**
   * Asks for an address nobody has, so that the first question that counts is not slow by itself.
   */
  private void warmUp() {
    try (Watch watch = lab.client().watch(LabPlan.UNUSED_ADDRESS)) {
      watch.run(500);
    }
  }

  private Findings.Crash crash(Watch watch, String owner) {
    say("the node of %s loses power: both cables out, kill -9".formatted(owner));
    long at = mark(lab.node(owner).powerOff(), owner + " loses power", true);
    String heir = watch.awaitOwnerOtherThan(owner, PATIENCE_MS);
    watch.awaitAnswer(Kind.UDP, System.nanoTime(), PATIENCE_MS);
    watch.run(1_500);
    Outage outage = watch.outageSince(at - 100_000_000);
    say(
        "%s took over: a client with a warm cache waited %.0f ms, one with an empty cache %.0f ms"
            .formatted(heir, outage.longestGapMs(), outage.coldGapMs()));
    return new Findings.Crash(
        Math.round(outage.longestGapMs()), Math.round(outage.coldGapMs()), owner, heir);
  }

  private Findings.Return comeBack(Watch watch, LabNode node) {
    say("%s comes back".formatted(node.name()));
    long at = mark(node.bringBack(), node.name() + " comes back", false);
    node.awaitReady(PATIENCE_MS);
    mark(System.nanoTime(), node.name() + " is ready again", true);
    watch.run(2_500);
    Outage outage = watch.outageSince(at);
    say("it takes nothing back: %d moves, %d probes lost".formatted(outage.moves(), outage.lost()));
    return new Findings.Return(outage.moves());
  }

  private Findings.Graceful endInOrder(Watch watch, String owner) {
    say("the speaker of %s is asked to end (SIGTERM)".formatted(owner));
    LabNode node = lab.node(owner);
    long at = mark(node.terminate(), owner + " is asked to end", true);
    String heir = watch.awaitOwnerOtherThan(owner, PATIENCE_MS);
    node.awaitEnd(PATIENCE_MS);
    watch.run(1_500);
    Outage outage = watch.outageSince(at - 100_000_000);
    say(
        "%s took over before it went: %d probes lost, longest silence %.0f ms"
            .formatted(heir, outage.lost(), outage.longestGapMs()));
    return new Findings.Graceful(outage.lost(), Math.round(outage.longestGapMs()));
  }

  private long mark(long atNs, String label, boolean closeUp) {
    events.add(new Event(atNs, label, closeUp));
    return atNs;
  }

  private void say(String text) {
    out.printf("%6.1f s  %s%n", sinceMs(startNs) / 1000.0, text);
    out.flush();
  }

  private static long sinceMs(long ns) {
    return (System.nanoTime() - ns) / 1_000_000;
  }
}
