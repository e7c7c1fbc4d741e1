package io.harp.kube;

import java.net.HttpURLConnection;

/** A request that the API server refused, or did not answer. The message is one line. */
public final class ApiProblem extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The status of a request that got no answer. */
  public static final int NO_ANSWER = 0;

  private final int status;

  ApiProblem(int status, String message) {
    super(message);
    this.status = status;
  }

  ApiProblem(String message, Throwable cause) {
    super(message, cause);
    this.status = NO_ANSWER;
  }

  /** The HTTP status of the answer (RFC 9110, section 15), or {@link #NO_ANSWER}. */
  public int status() {
    return status;
  }

  /** The object, or what it is a part of, is not there. */
  public boolean isNotFound() {
    return status == HttpURLConnection.HTTP_NOT_FOUND;
  }

  /** Somebody else changed the object first, or has created it. */
  public boolean isConflict() {
    return status == HttpURLConnection.HTTP_CONFLICT;
  }

  /** Our rights do not allow it. */
  public boolean isForbidden() {
    return status == HttpURLConnection.HTTP_FORBIDDEN;
  }

  /** What a watch was to go on from is not known any more. */
  boolean isGone() {
    return status == HttpURLConnection.HTTP_GONE;
  }
}
