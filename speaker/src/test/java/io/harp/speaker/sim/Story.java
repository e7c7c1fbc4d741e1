package io.harp.speaker.sim;

import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Trailer;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Protocol values in few words, for the story of a failing seed. */
final class Story {

  private Story() {}

  static String plan(Plan plan) {
    return plan.assignments().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(e ->
            last(e.getKey())
                + "→"
                + e.getValue().owner().node()
                + e.getValue().from().map(m -> " from " + m.node()).orElse(""))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  static String last(Object address) {
    String text = address.toString();
    return text.substring(text.lastIndexOf('.'));
  }

  static String trailer(Optional<Trailer> trailer) {
    return trailer
        .map(t ->
            "[view %d of %d, plan %d, since %d]"
                .formatted(t.viewNumber(), t.viewSize(), t.seq(), t.since() % 100_000 * 4))
        .orElse("[bare]");
  }
}
