package io.harp.speaker.membership;

/**
 * What to do about a member, as {@link Watch} decides.
 *
 * @param <M> names a member
 */
sealed interface Act<M> {
  M member();

  /** There is cause for doubt, told once until the member is heard again: it may be lost. */
  record Doubt<M>(M member) implements Act<M> {}

  /** Tell everybody that it was last heard so long ago; only those who watch it do. */
  record Tell<M>(M member, long silentMs, boolean hostThere) implements Act<M> {}

  /** Ask it whether it is there. */
  record Ask<M>(M member, int question) implements Act<M> {}

  /** Ask its host, after so long, whether that is there. */
  record Knock<M>(M member, long afterMs) implements Act<M> {}

  /** It is lost. */
  record Suspect<M>(M member) implements Act<M> {}

  /** It was lost and is there again. */
  record Trust<M>(M member) implements Act<M> {}
}
