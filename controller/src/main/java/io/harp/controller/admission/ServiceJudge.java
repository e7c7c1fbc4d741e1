package io.harp.controller.admission;

import io.harp.config.Config;
import io.harp.controller.allocation.Advice;
import io.harp.kube.Translate;
import io.harp.model.LbService;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Says at once what a Service will not get, instead of only later in an event. Never denies: what
 * is missing now may be created next.
 */
final class ServiceJudge implements Judge {

  private final Optional<String> lbClass;
  private final Supplier<Config> config;

  /**
   * @param lbClass the class of the Services we serve
   * @param config what is in force, as the watches know it: asking the API for each of a thousand
   *     Services would double its work
   */
  ServiceJudge(Optional<String> lbClass, Supplier<Config> config) {
    this.lbClass = lbClass;
    this.config = config;
  }

  @Override
  public Answer judge(Question question) {
    Optional<LbService> service = ours(Translate.readable(question.object()));
    if (service.isEmpty()) {
      return Answer.YES;
    }
    List<String> advice = Advice.about(service.get(), config.get());
    // A controller that writes a Service again and again need not hear it each time.
    boolean known =
        ours(Translate.readable(question.old()))
            .filter(old -> Advice.about(old, config.get()).equals(advice))
            .isPresent();
    return known ? Answer.YES : Answer.yes(advice);
  }

  private Optional<LbService> ours(Optional<LbService> service) {
    return service.filter(s -> s.loadBalancer() && s.loadBalancerClass().equals(lbClass));
  }
}
