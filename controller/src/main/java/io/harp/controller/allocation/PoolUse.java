package io.harp.controller.allocation;

/**
 * The counters of one pool: distinct addresses in use, and how many it may hand out in all
 * (saturating at 2^63-1).
 */
public record PoolUse(String pool, long used4, long used6, long capacity4, long capacity6) {

  public long free4() {
    return capacity4 - used4;
  }

  public long free6() {
    return capacity6 - used6;
  }
}
