package io.harp.controller.allocation;

import java.util.List;

/** What a Service shall have. */
public sealed interface Outcome {

  /** What its author should know. The same ones come again as long as nothing changes. */
  List<Note> notes();

  /** These addresses, from this pool. */
  record Assigned(Holding holding, List<Note> notes) implements Outcome {}

  /** No address for now. */
  record Pending(String why, List<Note> notes) implements Outcome {}

  /** No address, since it is no load balancer any more. */
  record NotWanted() implements Outcome {
    @Override
    public List<Note> notes() {
      return List.of();
    }
  }

  /** Whatever its status says: we cannot judge it now, or it is not ours. */
  record LeftAlone(String why) implements Outcome {
    @Override
    public List<Note> notes() {
      return List.of();
    }
  }
}
