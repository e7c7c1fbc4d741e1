package io.harp.controller.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class HarpTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void listsItsSubcommands() {
    assertEquals(0, run("--help"));
    assertTrue(out.toString().contains("ports"), out.toString());
    assertEquals(0, run("ports", "--help"));
  }

  @Test
  void saysWhatCannotBeUsed() {
    assertEquals(2, run());
    assertTrue(err.toString().startsWith("which subcommand?"), err.toString());
    assertEquals(2, run("harbours"));
    assertEquals(2, run("ports", "--faster"));
  }

  private int run(String... args) {
    return Harp.run(args, new PrintWriter(out), new PrintWriter(err));
  }
}
