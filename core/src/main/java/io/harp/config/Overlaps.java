package io.harp.config;

import io.harp.model.AddressRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Pools that contain addresses the cluster itself uses. A Service that gets the address of a node
 * takes that node off the network, and one with an address of the pods' network is reached by
 * nobody outside. Pools in force are not judged by this: that would take working addresses away.
 */
public final class Overlaps {

  /** So many are named; more would not help anybody. */
  private static final int MOST = 5;

  private Overlaps() {}

  /** At most five, in the order of the pool's ranges. Ranges that cannot be read are left out. */
  public static List<Problem> of(PoolSpec pool, List<Occupied> occupied) {
    List<Problem> problems = new ArrayList<>();
    for (int i = 0; i < pool.addresses().size(); i++) {
      AddressRange range;
      try {
        range = Ranges.parse(pool.addresses().get(i));
      } catch (IllegalArgumentException e) {
        continue;
      }
      for (Occupied other : occupied) {
        if (problems.size() < MOST && range.overlaps(other.range())) {
          problems.add(
              new Problem(
                  pool.object(),
                  "spec.addresses[" + i + "]",
                  pool.addresses().get(i) + " contains " + common(range, other),
                  "take these addresses out of the pool"));
        }
      }
    }
    return problems;
  }

  private static String common(AddressRange range, Occupied other) {
    AddressRange common =
        new AddressRange(
            range.first().compareTo(other.range().first()) > 0
                ? range.first()
                : other.range().first(),
            range.last().compareTo(other.range().last()) < 0 ? range.last() : other.range().last());
    return common
        + (common.first().equals(common.last()) ? ", which belongs to " : ", which belong to ")
        + other.by();
  }
}
