package io.harp.controller.status;

import io.harp.model.LbService;
import java.util.List;
import java.util.Optional;

/**
 * What the status of a Service shall say.
 *
 * @param addresses in this order; empty for none
 * @param pool for the annotation {@link #FROM_POOL}; empty removes it
 */
public record Wanted(List<String> addresses, Optional<String> pool) {

  /** The annotation that names the pool of the present addresses. */
  public static final String FROM_POOL = "metallb.io/ip-allocated-from-pool";

  public static final Wanted NOTHING = new Wanted(List.of(), Optional.empty());

  public Wanted {
    addresses = List.copyOf(addresses);
  }

  /** Whether a Service says it already. What the server adds, as {@code ipMode}, is no matter. */
  public boolean isSaidBy(LbService service) {
    return addresses.equals(service.ingress())
        && pool.equals(Optional.ofNullable(service.annotations().get(FROM_POOL)));
  }
}
