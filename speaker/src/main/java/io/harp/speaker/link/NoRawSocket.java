package io.harp.speaker.link;

/** The process may not open raw sockets, so it can neither hear nor say anything on the segment. */
public final class NoRawSocket extends IllegalStateException {

  private static final long serialVersionUID = 1;

  NoRawSocket() {
    super(
        "raw sockets are refused: the capability NET_RAW is missing; run the speaker as uid 0 with"
            + " securityContext.capabilities.add: [NET_RAW] in its container, or outside of a"
            + " container as root");
  }
}
