package io.harp.controller.cli;

import io.harp.controller.survey.Finding;
import io.harp.kube.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What a command found, for people or for programs. */
final class Output {

  /** Who reads it. */
  enum Format {
    text,
    json
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json (default ${DEFAULT-VALUE})")
  Format format = Format.text;

  /**
   * Prints it.
   *
   * @param lines before the findings, for people
   * @param fields beside the findings, for programs
   * @return the exit status: 1 if there is a problem
   */
  int print(
      PrintWriter out, List<String> lines, Map<String, Object> fields, List<Finding> findings) {
    boolean fine = findings.stream().noneMatch(f -> f.level() == Finding.Level.PROBLEM);
    switch (format) {
      case text -> {
        lines.forEach(out::println);
        findings.forEach(out::println);
        out.println(fine ? "No problem found." : "There are problems.");
      }
      case json -> {
        Map<String, Object> object = new LinkedHashMap<>(fields);
        object.put("findings", findings.stream().map(Output::fields).toList());
        object.put("ok", fine);
        out.println(Json.text(object));
      }
    }
    return fine ? 0 : 1;
  }

  private static Map<String, String> fields(Finding finding) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("level", finding.level().toString());
    fields.put("subject", finding.subject());
    fields.put("what", finding.what());
    fields.put("fix", finding.fix());
    return fields;
  }
}
