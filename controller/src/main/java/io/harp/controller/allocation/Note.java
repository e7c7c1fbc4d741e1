package io.harp.controller.allocation;

/**
 * Something the author of a Service should know: it becomes an event.
 *
 * @param reason one of MetalLB's reasons, so that tools find it
 */
public record Note(Severity severity, String reason, String message) {

  /** The type of an event. */
  public enum Severity {
    NORMAL,
    WARNING
  }

  public static Note normal(String reason, String message) {
    return new Note(Severity.NORMAL, reason, message);
  }

  public static Note warning(String reason, String message) {
    return new Note(Severity.WARNING, reason, message);
  }
}
