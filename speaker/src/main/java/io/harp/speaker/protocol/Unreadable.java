package io.harp.speaker.protocol;

/** Bytes that are no message of this version: garbage, too long, or of an older or newer peer. */
public final class Unreadable extends Exception {

  private static final long serialVersionUID = 1;

  public Unreadable(String why) {
    super(why);
  }

  public Unreadable(String why, Throwable cause) {
    super(why, cause);
  }
}
