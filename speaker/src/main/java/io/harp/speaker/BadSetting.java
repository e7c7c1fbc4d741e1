package io.harp.speaker;

/**
 * A flag, an environment variable or a file that cannot be used; the message names it and the
 * remedy.
 */
final class BadSetting extends RuntimeException {

  private static final long serialVersionUID = 1;

  BadSetting(String message) {
    super(message);
  }
}
