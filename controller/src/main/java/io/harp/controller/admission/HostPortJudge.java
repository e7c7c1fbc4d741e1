package io.harp.controller.admission;

import io.harp.controller.admission.Question.Operation;
import io.harp.controller.hostports.PortGuard;
import io.harp.kube.ApiUnavailable;
import io.harp.kube.Fields;
import java.util.List;
import java.util.Set;

/** Judges the host ports of pods and of everything that has a pod template. */
final class HostPortJudge implements Judge {

  private final PortGuard guard;
  private final Severity severity;
  private final Set<String> lenient;

  /**
   * @param lenient namespaces that are only warned, or a mistake in a table could stop the
   *     cluster's own parts
   */
  HostPortJudge(PortGuard guard, Severity severity, Set<String> lenient) {
    this.guard = guard;
    this.severity = severity;
    this.lenient = Set.copyOf(lenient);
  }

  @Override
  public Answer judge(Question question) {
    if (question.operation() == Operation.DELETE || question.object().values().isEmpty()) {
      return Answer.YES;
    }
    if (!guard.isListed()) {
      throw new ApiUnavailable("the workloads have not been read yet");
    }
    List<String> findings;
    try {
      findings = guard.findings(question.object(), question.old());
    } catch (Fields.WrongType e) {
      // The API server has its own words for it.
      return Answer.YES;
    }
    return findings.isEmpty() || severity != Severity.DENY || lenient.contains(question.namespace())
        ? Answer.yes(findings)
        : Answer.no(String.join("\n", findings));
  }
}
