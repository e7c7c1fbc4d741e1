package io.harp.ops;

/**
 * A flag, an environment variable or a file that cannot be used; the message is one line that names
 * it and the remedy.
 */
public final class BadSetting extends RuntimeException {

  private static final long serialVersionUID = 1;

  public BadSetting(String message) {
    super(message);
  }
}
