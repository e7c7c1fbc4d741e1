package io.harp.controller.migration;

import io.harp.config.Config;
import io.harp.controller.survey.Finding;
import io.harp.model.Address;
import io.harp.model.LbService;
import io.harp.model.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Services that nobody could reach any more: no L2Advertisement is about them. */
final class Unannounced {

  private Unannounced() {}

  static List<Finding> in(Found found, Simulation simulation) {
    Config config = simulation.judgement().config();
    boolean routed = !found.routed().getOrDefault("BGPAdvertisement", List.of()).isEmpty();
    List<Finding> findings = new ArrayList<>();
    for (LbService service : simulation.services()) {
      pool(service, config)
          .filter(pool ->
              config.advertisements().stream()
                  .noneMatch(a -> a.coversPool(pool) && a.coversService(service.labels())))
          .ifPresent(pool ->
              findings.add(
                  Finding.problem(
                      "Service " + service.key(),
                      "no L2Advertisement is about its pool "
                          + pool.name()
                          + (routed ? "; BGP announces it at most, and we have none" : ""),
                      "make an L2Advertisement for the pool, or leave this Service to MetalLB")));
    }
    return findings;
  }

  private static Optional<Pool> pool(LbService service, Config config) {
    try {
      return service.ingress().stream()
          .findFirst()
          .flatMap(text -> config.poolOf(Address.parse(text)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
