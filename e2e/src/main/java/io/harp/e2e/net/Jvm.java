package io.harp.e2e.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** How the lab starts Java programs: the flags and class paths, in one place. */
public final class Jvm {

  /** Set where daemons may start from caches, as {@link #startCache} says. */
  private static final String MAY_USE_CACHES = "harp.lab.startCaches";

  private static final String FROM_CACHE = "-XX:AOTCache=";

  private Jvm() {}

  /**
   * The command that starts one of the project's daemons from what the build left in its module.
   */
  public static List<String> daemon(Path root, String module, String mainClass) {
    List<String> command = new ArrayList<>(List.of(java()));
    // The files of the image, so that what is measured here is what runs there.
    for (String flags : List.of("common", module)) {
      command.add("@" + root.resolve("image/jvm").resolve(flags));
    }
    String classPath =
        String.join(
            ":",
            classes(root, module),
            root.resolve(module).resolve("target/lib") + "/*",
            classes(root, "core"));
    if (mayUseStartCaches() && isFresh(startCache(root, module), root, module)) {
      command.add(FROM_CACHE + startCache(root, module));
    }
    command.addAll(List.of("-cp", classPath, mainClass));
    return List.copyOf(command);
  }

  /** Whether daemons of this JVM's labs are allowed to start from caches. */
  public static boolean mayUseStartCaches() {
    return Boolean.getBoolean(MAY_USE_CACHES);
  }

  /**
   * The classes of a daemon as the JVM keeps them in memory (JEP 483, 514), so that it starts in
   * half of the time. For whole runs of the tests only: the image has no room for it, so demo and
   * benchmarks do without.
   */
  public static Path startCache(Path root, String module) {
    return root.resolve("e2e/target/start").resolve(module + ".aot");
  }

  /** The command of a daemon without its cache. */
  public static List<String> cold(List<String> command) {
    return command.stream().filter(word -> !word.startsWith(FROM_CACHE)).toList();
  }

  /** Whether a file is newer than all that a daemon is made of. */
  public static boolean isFresh(Path file, Path root, String module) {
    FileTime made = newest(file);
    return Files.exists(file)
        && Stream.of(module + "/target", "core/target", "image/jvm")
            .map(root::resolve)
            .flatMap(dir -> Stream.of(dir, dir.resolve("lib")))
            .flatMap(Jvm::files)
            .allMatch(input -> modified(input).compareTo(made) < 0);
  }

  private static Stream<Path> files(Path directory) {
    if (!Files.exists(directory)) {
      return Stream.empty();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isRegularFile).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The command that starts a class of this program, with the class path of this JVM. */
  public static List<String> self(int heapMb, String mainClass, String... args) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx" + heapMb + "m",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            mainClass));
    command.addAll(List.of(args));
    return command;
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** The jar of a module, or its classes where they are newer: a test run builds no jar. */
  private static String classes(Path root, String module) {
    Path target = root.resolve(module).resolve("target");
    Path classes = target.resolve("classes");
    Path jar = target.resolve("harp-" + module + "-0.1.0-SNAPSHOT.jar");
    boolean fresh = Files.exists(jar) && newest(classes).compareTo(newest(jar)) <= 0;
    return (fresh ? jar : classes).toString();
  }

  private static FileTime newest(Path tree) {
    if (!Files.exists(tree)) {
      return FileTime.fromMillis(0);
    }
    try (Stream<Path> files = Files.walk(tree)) {
      return files
          .filter(Files::isRegularFile)
          .map(Jvm::modified)
          .max(FileTime::compareTo)
          .orElse(FileTime.fromMillis(0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
