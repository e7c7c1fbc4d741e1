package io.harp.e2e;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.StartArchive;
import io.harp.e2e.probe.Watch;
import io.harp.speaker.link.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Records which classes a speaker uses at a start, in a lab with one node and a Service, and writes
 * their names to {@code image/classes}, from which the image and the lab make the archives that
 * daemons start from.
 *
 * <p>Left out are larger classes of the JDK: it reads them four times as fast as others, which it
 * verifies and finds in jars, and the image has no room for all.
 */
public final class StartClasses {

  private static final String HEAD =
      """
      # What a speaker uses at a start, for the archive of classes (image/share). Written by ./dev classes.
      """;

  private static final Pattern USED = Pattern.compile("Initializing '([^'+]+)'");

  /** What the JVM itself links method handles with: no class, but part of the archive. */
  private static final String LINKER = "@lambda-form-invoker";

  /** Places in the constant pool of a class that were linked. */
  private static final String LINKED = "@cp ";

  /** As many classes are used before the JVM starts a program; all of them are worth it. */
  private static final int BOOT = 300;

  /** The largest class of the JDK that is taken, in bytes. */
  private static final int LARGEST = 6_000;

  private static final long START_MS = 40_000;
  private static final String SERVICE = "recorded";

  private StartClasses() {}

  /** Records. Takes no arguments, ten seconds, and the rights that a lab takes. */
  public static void main(String[] args) throws IOException {
    Path root = LabOptions.projectRoot();
    Path directory = Files.createDirectories(root.resolve("e2e/target/classes-recorded"));
    Path listed = directory.resolve("listed");
    Path used = directory.resolve("used");
    LabOptions usual = LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.EMBEDDED);
    List<String> speaker = new ArrayList<>(StartArchive.without(usual.speaker()));
    speaker.addAll(
        speaker.indexOf("-cp"),
        List.of(
            // The list is written out when the JVM ends.
            "-D" + Exit.ORDERLY + "=true",
            "-Xshare:off",
            "-XX:DumpLoadedClassList=" + listed,
            "-Xlog:class+init=info:file=" + used));
    start(root, usual.withSpeaker(speaker));
    List<String> lines = new ArrayList<>();
    Map<String, Set<Integer>> linked = linked(Files.readAllLines(listed));
    for (String name : names(Files.readAllLines(used))) {
      lines.add(name + lambdas(name, linked.getOrDefault(name, Set.of())));
    }
    Files.readAllLines(listed).stream().filter(l -> l.startsWith(LINKER)).forEach(lines::add);
    // Threads that start side by side use their classes in another order each time.
    Collections.sort(lines);
    Path file = root.resolve("image/classes");
    Files.writeString(file, HEAD + String.join("\n", lines) + "\n");
    System.out.printf("%s: %,d lines%n", root.relativize(file), lines.size());
  }

  private static void start(Path root, LabOptions options) {
    try (Lab lab = Lab.start(options)) {
      lab.startDaemons();
      lab.cluster().apply(root.resolve("examples/pool.yaml"));
      lab.cluster().loadBalancer(SERVICE);
      try (Watch watch = lab.client().watch(lab.cluster().awaitAddress(SERVICE, START_MS))) {
        watch.awaitOwner(START_MS);
      }
      LabProcess process = lab.nodes().getFirst().speaker();
      process.terminate();
      process.awaitEnd(START_MS);
    }
  }

  private static Set<String> names(List<String> log) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    for (String line : log) {
      Matcher used = USED.matcher(line);
      if (used.find() && isTaken(used.group(1), names.size())) {
        names.add(used.group(1));
      }
    }
    return names;
  }

  /** Classes that are made at run time are in no file. */
  private static boolean isTaken(String name, int before) throws IOException {
    URL file = ClassLoader.getSystemResource(name + ".class");
    if (file == null || before < BOOT || !file.getProtocol().equals("jrt")) {
      return file != null;
    }
    return bytes(name).length <= LARGEST;
  }

  private static Map<String, Set<Integer>> linked(List<String> list) {
    return list.stream()
        .filter(line -> line.startsWith(LINKED))
        .map(line -> List.of(line.substring(LINKED.length()).split(" ")))
        .collect(
            Collectors.toMap(
                List::getFirst,
                words -> words.stream().skip(1).map(Integer::valueOf).collect(Collectors.toSet())));
  }

  /** The numbers of the lambdas among what was linked of a class, as {@code Share} counts them. */
  private static String lambdas(String name, Set<Integer> linked) throws IOException {
    StringBuilder numbers = new StringBuilder();
    int number = 0;
    for (PoolEntry entry : ClassFile.of().parse(bytes(name)).constantPool()) {
      if (entry instanceof InvokeDynamicEntry) {
        if (linked.contains(entry.index())) {
          numbers.append(' ').append(number);
        }
        number++;
      }
    }
    return numbers.toString();
  }

  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = ClassLoader.getSystemResourceAsStream(name + ".class")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }
}
