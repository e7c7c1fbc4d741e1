package io.harp.kube;

/** The API could not be asked; the message is one line. Whoever asked may ask again. */
public final class ApiUnavailable extends RuntimeException {
  public ApiUnavailable(String message) {
    super(message);
  }

  public ApiUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
