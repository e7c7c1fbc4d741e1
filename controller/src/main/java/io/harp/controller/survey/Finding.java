package io.harp.controller.survey;

/**
 * One thing a person should know before an installation.
 *
 * @param subject what it is about, one or two words
 * @param fix what to do; empty if there is nothing to do
 */
public record Finding(Level level, String subject, String what, String fix) {

  /** Problems must be mended first; notes are to be read. */
  public enum Level {
    PROBLEM,
    NOTE
  }

  public static Finding problem(String subject, String what, String fix) {
    return new Finding(Level.PROBLEM, subject, what, fix);
  }

  public static Finding note(String subject, String what, String fix) {
    return new Finding(Level.NOTE, subject, what, fix);
  }

  /** One line. */
  @Override
  public String toString() {
    return level + " " + subject + ": " + what + (fix.isEmpty() ? "" : "; " + fix);
  }
}
