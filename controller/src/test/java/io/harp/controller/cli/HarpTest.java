package io.harp.controller.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class HarpTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void listsItsSubcommands() {
    assertEquals(0, run("--help"));
    for (String subcommand : List.of("ports", "preflight", "migrate")) {
      assertTrue(out.toString().contains(subcommand), out.toString());
      assertEquals(0, run(subcommand, "--help"));
    }
    assertEquals(0, run("migrate", "check", "--help"));
  }

  @Test
  void saysWhatCannotBeUsed() {
    assertEquals(2, run());
    assertTrue(err.toString().startsWith("which subcommand?"), err.toString());
    assertEquals(2, run("harbours"));
    assertEquals(2, run("migrate"));
    assertEquals(2, run("preflight", "-o", "xml"));
    assertEquals(2, run("ports", "--faster"));
  }

  private int run(String... args) {
    return Harp.run(args, new PrintWriter(out), new PrintWriter(err));
  }
}
