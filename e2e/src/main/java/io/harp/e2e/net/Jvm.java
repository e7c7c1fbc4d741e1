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
    StartArchive.flag(root, module, classPath).ifPresent(command::add);
    command.addAll(List.of("-cp", classPath, mainClass));
    return List.copyOf(command);
  }

  /** The regular files of a directory; none if it is missing. */
  static Stream<Path> files(Path directory) {
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
    return home().resolve("bin/java").toString();
  }

  static Path home() {
    return Path.of(System.getProperty("java.home"));
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

  static FileTime modified(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
