package io.harp.controller.admission;

import io.harp.config.AdvertisementSpec;
import io.harp.config.ConfigBook;
import io.harp.config.Overlaps;
import io.harp.config.Parsed;
import io.harp.config.PoolSpec;
import io.harp.config.Problem;
import io.harp.controller.admission.Question.Operation;
import io.harp.kube.Translate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Judges IPAddressPools as the controller will: with the same book, beside all pools that exist.
 * Only what is wrong with the object itself denies it; another pool's fault is not its author's.
 */
final class PoolJudge implements Judge {

  private final String namespace;
  private final Cluster cluster;
  private final Severity overlaps;

  /**
   * @param namespace the only one pools are read from
   * @param overlaps what is done about addresses that the cluster itself uses
   */
  PoolJudge(String namespace, Cluster cluster, Severity overlaps) {
    this.namespace = namespace;
    this.cluster = cluster;
    this.overlaps = overlaps;
  }

  @Override
  public Answer judge(Question question) {
    if (question.operation() == Operation.DELETE) {
      return Answer.YES;
    }
    if (question.operation() == Operation.CREATE && !question.namespace().equals(namespace)) {
      return Answer.no(elsewhere(question, namespace));
    }
    if (question.changesNoSpec()) {
      return Answer.YES;
    }
    Parsed<PoolSpec> parsed = Translate.pool(question.object());
    if (parsed.value().isEmpty()) {
      return Answer.no(lines(parsed.problems()));
    }
    PoolSpec pool = parsed.value().get();
    List<Problem> problems = new ArrayList<>(problems(pool));
    List<String> warnings = new ArrayList<>();
    List<Problem> occupied =
        overlaps == Severity.OFF ? List.of() : Overlaps.of(pool, cluster.occupied());
    if (overlaps == Severity.DENY && !isOld(question, occupied)) {
      problems.addAll(occupied);
    } else {
      occupied.forEach(p -> warnings.add(p.toString()));
    }
    if (!problems.isEmpty()) {
      return Answer.no(lines(problems));
    }
    warnings.addAll(unused(pool));
    return Answer.yes(warnings);
  }

  /** What is denied in any other namespace than ours, in the words upstream tools look for. */
  static String elsewhere(Question question, String namespace) {
    return question.kind()
        + " "
        + question.name()
        + ": metadata.namespace: nobody reads \""
        + question.namespace()
        + "\"; the resource must be created in "
        + namespace
        + " namespace";
  }

  static String lines(List<Problem> problems) {
    return problems.stream().map(Problem::toString).distinct().collect(Collectors.joining("\n"));
  }

  /** A book of everything that is there. */
  static ConfigBook book(List<Parsed<PoolSpec>> pools) {
    ConfigBook book = new ConfigBook();
    pools.forEach(p -> p.value().ifPresent(book::put));
    book.judge();
    return book;
  }

  private List<Problem> problems(PoolSpec pool) {
    ConfigBook book = book(cluster.pools());
    book.put(pool);
    return book.judge().problems().stream()
        .filter(p -> p.object().equals(pool.object().strip()))
        .toList();
  }

  /**
   * A pool that had this fault before may still be changed, or its author could not even label it.
   */
  private boolean isOld(Question question, List<Problem> now) {
    return question.operation() == Operation.UPDATE
        && Translate.pool(question.old())
            .value()
            .filter(old ->
                Overlaps.of(old, cluster.occupied()).stream()
                    .map(Problem::what)
                    .toList()
                    .containsAll(now.stream().map(Problem::what).toList()))
            .isPresent();
  }

  private List<String> unused(PoolSpec pool) {
    if (pool.allocation().isEmpty()
        || pool.allocation().get().namespaceSelectors().isEmpty()
        || !pool.allocation().get().namespaces().isEmpty()) {
      return List.of();
    }
    ConfigBook book = new ConfigBook();
    book.put(pool);
    cluster.namespaces().forEach(book::putNamespace);
    boolean open =
        book.judge().config().pools().stream()
            .flatMap(p -> p.allocation().stream())
            .anyMatch(a -> !a.namespaces().isEmpty());
    return open
        ? List.of()
        : List.of(
            pool.object()
                + ": spec.serviceAllocation.namespaceSelectors: no namespace matches;"
                + " nobody can use the pool until one does");
  }

  /** Names of pools an advertisement wants and nobody has made yet. */
  static List<String> missing(AdvertisementSpec spec, List<Parsed<PoolSpec>> pools) {
    List<String> there =
        pools.stream().flatMap(p -> p.value().stream()).map(PoolSpec::name).toList();
    return spec.pools().stream().filter(name -> !there.contains(name)).toList();
  }
}
