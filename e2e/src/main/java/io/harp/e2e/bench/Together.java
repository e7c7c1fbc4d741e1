package io.harp.e2e.bench;

import io.harp.e2e.LabNode;
import io.harp.e2e.LabOptions;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.probe.Census;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * All speakers start at once, on a cluster with a hundred addresses, from nothing: how long from
 * the moment the last of their JVMs is up, that is, has written its first line, until all are in
 * one view, and until the last address is answered. Every address is asked for every 50 ms.
 *
 * @param viewMs until the last speaker was in the view of all, one value a run
 * @param answeredMs until the last address was answered, one value a run
 * @param startMs from the start of the first process until the last address was answered
 * @param spread by how many addresses the loads of the speakers differ then, one value a run
 * @param changes of an address's answerer after its first, in all runs
 */
record Together(
    List<Double> viewMs,
    List<Double> answeredMs,
    List<Double> startMs,
    List<Double> spread,
    int changes) {

  private static final int ADDRESSES = 100;
  private static final int ROUND_MS = 50;
  private static final long PATIENCE_MS = 40_000;

  /** A line of a daemon's log: the time, then what happened. */
  private static final Pattern LINE = Pattern.compile("^(\\S+Z) ", Pattern.MULTILINE);

  /** Each run builds a lab of its own and takes some ten seconds. */
  static Together measure(LabOptions options, int runs) {
    List<Double> view = new ArrayList<>();
    List<Double> answered = new ArrayList<>();
    List<Double> start = new ArrayList<>();
    List<Double> spread = new ArrayList<>();
    int changes = 0;
    for (int i = 0; i < runs; i++) {
      try (SpeakerLab speakers = SpeakerLab.build(options)) {
        String first = speakers.serveMany(ADDRESSES);
        try (Census census = speakers.lab().client().census(first, ADDRESSES, ROUND_MS)) {
          Instant began = Instant.now();
          long from = System.nanoTime();
          speakers.lab().startSpeakers();
          long last = census.awaitAllWithout("nobody", PATIENCE_MS);
          speakers.awaitWhole();
          // Long enough for a second answerer, if there is to be one.
          LockSupport.parkNanos(2_000_000_000L);
          List<LabNode> nodes = speakers.lab().nodes();
          double up = last(nodes, began, LINE);
          view.add(last(nodes, began, viewOf(nodes.size())) - up);
          answered.add((last - from) / 1e6 - up);
          start.add((last - from) / 1e6);
          spread.add((double) Census.spread(census.shares(), nodes.size()));
          changes += census.changesSince(from).size() - ADDRESSES;
        }
      }
    }
    return new Together(view, answered, start, spread, changes);
  }

  /** The view of so many members, as a speaker's log tells of it. */
  private static Pattern viewOf(int members) {
    return Pattern.compile(
        "^(\\S+Z) .* View \\S+ \\[(?:[^,]+, ){%d}[^,]+]".formatted(members - 1), Pattern.MULTILINE);
  }

  /** When the last of the logs had its first line of a form, in milliseconds after a moment. */
  private static double last(List<LabNode> nodes, Instant from, Pattern form) {
    return nodes.stream()
        .mapToDouble(node -> Duration.between(from, first(node.speaker(), form)).toMillis())
        .max()
        .orElseThrow();
  }

  private static Instant first(LabProcess speaker, Pattern form) {
    try {
      Matcher line = form.matcher(Files.readString(speaker.log()));
      if (!line.find()) {
        throw new AssertionError(speaker.name() + " logged nothing like " + form);
      }
      return Instant.parse(line.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String row() {
    return "together  %3d   one view %s, last answered %s, from the start %s, spread %s, changes %d"
        .formatted(
            viewMs.size(),
            Figures.cell(viewMs),
            Figures.cell(answeredMs),
            Figures.cell(startMs),
            Figures.cell(spread),
            changes);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", viewMs.size());
    json.put("addresses", ADDRESSES);
    json.put("viewMs", Figures.spread(viewMs));
    json.put("lastAnsweredMs", Figures.spread(answeredMs));
    json.put("startToLastAnsweredMs", Figures.spread(startMs));
    json.put("spread", Figures.spread(spread));
    json.put("changes", changes);
    return json;
  }
}
