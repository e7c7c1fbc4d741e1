package io.harp.config;

import java.util.List;

/**
 * The configuration to work with, and what stopped the newest objects from being part of it.
 *
 * @param problems empty if the newest version of every object is in force
 */
public record Judgement(Config config, List<Problem> problems) {
  public Judgement {
    problems = List.copyOf(problems);
  }
}
