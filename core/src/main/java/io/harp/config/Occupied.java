package io.harp.config;

import io.harp.model.AddressRange;

/**
 * Addresses that something in the cluster uses already, so that no Service may get them.
 *
 * @param by what, in words that fit behind "belongs to": {@code Node n1 (InternalIP)}
 */
public record Occupied(String by, AddressRange range) {}
