package io.harp.controller.leadership;

import java.util.Optional;

/**
 * The Lease as it was read or written.
 *
 * @param holder empty if the last holder gave it back, having finished all it wrote
 * @param transitions how often it changed hands
 * @param version changes with every renewal; a write based on an older one is refused
 */
public record Seen(Optional<String> holder, long transitions, String version) {}
