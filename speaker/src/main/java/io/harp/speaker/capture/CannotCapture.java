package io.harp.speaker.capture;

/** The host does not let packets be captured as asked; the message says what and what would. */
public final class CannotCapture extends Exception {

  private static final long serialVersionUID = 1;

  CannotCapture(String message) {
    super(message);
  }
}
