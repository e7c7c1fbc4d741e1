package io.harp.config;

import io.harp.model.Address;
import io.harp.model.Advertisement;
import io.harp.model.Pool;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration in force: every object's newest sound version.
 *
 * @param pools by name; no two ranges overlap
 * @param advertisements by name
 * @param setAside pools that exist but never had a sound version since this process began. What
 *     they gave to Services before must be left alone until somebody mends them.
 */
public record Config(List<Pool> pools, List<Advertisement> advertisements, Set<String> setAside) {

  public static final Config EMPTY = new Config(List.of(), List.of(), Set.of());

  public Config {
    pools = List.copyOf(pools);
    advertisements = List.copyOf(advertisements);
    setAside = Set.copyOf(setAside);
  }

  /** The pool that holds an address. */
  public Optional<Pool> poolOf(Address address) {
    return pools.stream().filter(p -> p.contains(address)).findFirst();
  }
}
