package io.harp.e2e.net;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The archives of classes that daemons start from, made as the image's is (image/share), so that a
 * start takes as long here as there.
 */
public final class StartArchive {

  private static final String FLAG = "-XX:SharedArchiveFile=";

  /** What could not be made is not tried again by this JVM. */
  private static final Set<Path> FAILED = ConcurrentHashMap.newKeySet();

  private StartArchive() {}

  /** A command without its archive. */
  public static List<String> without(List<String> command) {
    return command.stream().filter(word -> !word.startsWith(FLAG)).toList();
  }

  /**
   * The flag for a daemon of this class path; none where classes do not come from jars, as in tests
   * that were not built whole. Makes the archive where it is missing or older than anything that
   * goes into it, which takes some five seconds; of several who want it one makes it.
   */
  static synchronized Optional<String> flag(Path root, String module, String classPath) {
    if (Arrays.stream(classPath.split(":")).anyMatch(part -> Files.isDirectory(Path.of(part)))) {
      return Optional.empty();
    }
    Path file = root.resolve("e2e/target/start").resolve(module + "-" + Runtime.version() + ".jsa");
    if (FAILED.contains(file)) {
      return Optional.empty();
    }
    try {
      Files.createDirectories(file.getParent());
      make(root, module, classPath, file);
      return Optional.of(FLAG + file);
    } catch (IOException | InterruptedException e) {
      System.out.println("daemons start without an archive, which takes longer: " + e);
      FAILED.add(file);
      return Optional.empty();
    }
  }

  private static void make(Path root, String module, String classPath, Path file)
      throws IOException, InterruptedException {
    try (FileChannel one =
            FileChannel.open(
                file.resolveSibling("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = one.lock()) {
      if (!isFresh(file, root, module)) {
        Path log = file.resolveSibling(module + ".log");
        ProcessBuilder share =
            new ProcessBuilder(
                    root.resolve("image/share").toString(),
                    Jvm.home().toString(),
                    classPath,
                    file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        share.environment().put("JAVA_HOME", Jvm.home().toString());
        if (share.start().waitFor() != 0) {
          throw new IOException("image/share failed, see " + root.relativize(log));
        }
      }
    }
  }

  private static boolean isFresh(Path file, Path root, String module) {
    return Files.exists(file)
        && Stream.of(
                module + "/target", module + "/target/lib", "core/target", "image", "image/jvm")
            .map(root::resolve)
            .flatMap(Jvm::files)
            .allMatch(input -> Jvm.modified(input).compareTo(Jvm.modified(file)) < 0);
  }
}
