package io.harp.controller.admission;

/** Decides about the objects of one path. Runs on any thread, many at a time. */
@FunctionalInterface
public interface Judge {

  /**
   * The answer.
   *
   * @throws io.harp.kube.ApiUnavailable if it cannot be given now; the API server then does what
   *     the webhook's failurePolicy says
   */
  Answer judge(Question question);
}
