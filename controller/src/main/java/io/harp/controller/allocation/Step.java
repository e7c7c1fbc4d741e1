package io.harp.controller.allocation;

/**
 * One Service was looked at.
 *
 * @param next the state after it
 * @param outcome what the Service shall have
 * @param helpsOthers whether Services that wait may get an address now
 */
public record Step(Allocator next, Outcome outcome, boolean helpsOthers) {}
