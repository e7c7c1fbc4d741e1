package io.harp.controller.admission;

import io.harp.controller.admission.Question.Operation;
import java.util.List;

/** Lets the kinds of BGP pass: they are kept for those who need them, and read by nobody here. */
final class UnservedJudge implements Judge {

  @Override
  public Answer judge(Question question) {
    return question.operation() == Operation.CREATE
        ? Answer.yes(
            List.of(question.kind() + " is stored but not served: Harp announces by Layer 2 only"))
        : Answer.YES;
  }
}
