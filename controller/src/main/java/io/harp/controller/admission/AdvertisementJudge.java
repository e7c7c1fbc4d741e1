package io.harp.controller.admission;

import io.harp.config.AdvertisementSpec;
import io.harp.config.ConfigBook;
import io.harp.config.Parsed;
import io.harp.config.Problem;
import io.harp.controller.admission.Question.Operation;
import io.harp.kube.Translate;
import java.util.List;

/** Judges L2Advertisements. A pool it names may be created later, so that is only a warning. */
final class AdvertisementJudge implements Judge {

  private final String namespace;
  private final Cluster cluster;

  AdvertisementJudge(String namespace, Cluster cluster) {
    this.namespace = namespace;
    this.cluster = cluster;
  }

  @Override
  public Answer judge(Question question) {
    if (question.operation() == Operation.DELETE) {
      return Answer.YES;
    }
    if (question.operation() == Operation.CREATE && !question.namespace().equals(namespace)) {
      return Answer.no(PoolJudge.elsewhere(question, namespace));
    }
    if (question.changesNoSpec()) {
      return Answer.YES;
    }
    Parsed<AdvertisementSpec> parsed = Translate.advertisement(question.object());
    if (parsed.value().isEmpty()) {
      return Answer.no(PoolJudge.lines(parsed.problems()));
    }
    AdvertisementSpec advertisement = parsed.value().get();
    ConfigBook book = new ConfigBook();
    book.put(advertisement);
    List<Problem> problems = book.judge().problems();
    if (!problems.isEmpty()) {
      return Answer.no(PoolJudge.lines(problems));
    }
    return Answer.yes(
        advertisement.pools().isEmpty()
            ? List.of()
            : PoolJudge.missing(advertisement, cluster.pools()).stream()
                .map(name ->
                    advertisement.object()
                        + ": spec.ipAddressPools: there is no IPAddressPool "
                        + name
                        + " yet")
                .toList());
  }
}
