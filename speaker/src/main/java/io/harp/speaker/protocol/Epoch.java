package io.harp.speaker.protocol;

/**
 * Names a plan. Epochs are ordered only inside one view: by sequence number, then by the planner's
 * place in the view, where the earlier member wins. Across views nothing is compared: two
 * components count on separately.
 *
 * @param seq counted up by whoever plans, from the highest number any member of the view has seen
 */
public record Epoch(ViewId view, int seq, Member planner) {

  /**
   * Whether this plan replaces {@code old} in {@code now}.
   *
   * @throws IllegalArgumentException if either is of another view
   */
  public boolean replaces(Epoch old, View now) {
    if (!view.equals(now.id()) || !old.view.equals(now.id())) {
      throw new IllegalArgumentException(
          "epochs of different views have no order: " + this + ", " + old);
    }
    if (seq != old.seq) {
      return seq > old.seq;
    }
    return now.members().indexOf(planner) < now.members().indexOf(old.planner);
  }

  @Override
  public String toString() {
    return view + "#" + seq;
  }
}
