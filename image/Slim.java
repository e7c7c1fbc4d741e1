import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Leaves out of the jars of a directory what no program of the image can reach. It ends with 1 if
 * Harp uses Bouncy Castle's provider, which would reach more. {@code java image/Slim.java DIR}
 *
 * <ul>
 *   <li>What nothing reads: signatures (nothing checks them), indexes of annotations, schemas,
 *       classes for Java releases before this one's, JNA's library for every other platform.
 *   <li>Classes of the libraries in {@link #WIDE} that neither Harp names nor a class that stays, and
 *       their lines in lists of services. Jars of which nothing is left.
 * </ul>
 */
class Slim {

  static final Pattern UNREAD =
      Pattern.compile(
          "META-INF/[^/]+\\.(SF|RSA|DSA|EC|idx)|META-INF/maven/.*/pom\\.xml|.*\\.xsd|.*/package-info\\.class"
              + "|META-INF/versions/(9|1[0-9])/module-info\\.class|META-INF/services/java\\.security\\.Provider"
              + "|com/sun/jna/[^/]+/(lib)?jnidispatch\\..*");

  /** The exposition formats are protobuf: what remains answers in text where they are missing. */
  static final Pattern UNUSED = Pattern.compile("prometheus-metrics-exposition-formats-\\d.*");

  /** Libraries of which only what is reached stays: packages, as in the names of entries. */
  static final List<String> WIDE =
      List.of("io/fabric8/", "org/bouncycastle/", "kotlin/", "okhttp3/", "okio/");

  static final Pattern SERVICES = Pattern.compile("META-INF/services/[^/]+");

  /** A class's name in the bytes of another: constants, descriptors, signatures and strings. */
  static final Pattern NAME = Pattern.compile(
          "(io[/.]fabric8|org[/.]bouncycastle|kotlin|okhttp3|okio)[/.][\\w$/.\\-]+");

  /** By the name of the class; several for one that is there for several Java releases. */
  record Named(String jar, Set<String> names) {}

  public static void main(String[] args) throws IOException {
    List<Path> jars = new ArrayList<>();
    Map<String, Named> classes = new TreeMap<>();
    try (Stream<Path> found = Files.list(Path.of(args[0]))) {
      for (Path jar : found.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
        if (UNUSED.matcher(jar.getFileName().toString()).matches()) {
          Files.delete(jar);
        } else {
          jars.add(jar);
          classes.putAll(read(jar));
        }
      }
    }
    Set<String> reached = reached(classes);
    for (Path jar : jars) {
      Path slim = jar.resolveSibling(jar.getFileName() + ".slim");
      if (rewrite(jar, slim, reached)) {
        Files.move(slim, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.delete(slim);
        Files.delete(jar);
      }
    }
  }

  /**
   * The classes of wide libraries that are named by Harp or by a class that is reached itself:
   * constants, descriptors and strings, so also what is loaded by its name. Libraries that stay
   * whole do not count: Netty names Bouncy Castle's provider and does without. A name put together
   * at run time would not be found; {@code ImageLabTest} runs what is left.
   */
  static Set<String> reached(Map<String, Named> classes) {
    Deque<String> next = new ArrayDeque<>();
    classes.values().stream()
        .filter(c -> c.jar().startsWith("harp-"))
        .forEach(c -> next.addAll(c.names()));
    Set<String> reached = new HashSet<>();
    while (!next.isEmpty()) {
      String name = next.pop();
      Named here = classes.get(name);
      if (here != null && isWide(name) && reached.add(name)) {
        next.addAll(here.names());
      }
    }
    if (reached.contains("org/bouncycastle/jce/provider/BouncyCastleProvider")) {
      System.err.println("slim: Harp uses Bouncy Castle's provider, which finds classes by name");
      System.exit(1);
    }
    return reached;
  }

  static boolean isWide(String name) {
    return WIDE.stream().anyMatch(name::startsWith);
  }

  static Map<String, Named> read(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile(), false)) {
      Map<String, Named> classes = new TreeMap<>();
      for (JarEntry each : jar.stream().filter(e -> e.getName().endsWith(".class")).toList()) {
        byte[] bytes = jar.getInputStream(each).readAllBytes();
        Set<String> names =
            NAME.matcher(new String(bytes, StandardCharsets.ISO_8859_1))
                .results()
                .map(r -> r.group().replace('.', '/'))
                .collect(Collectors.toCollection(HashSet::new));
        classes.merge(
            className(each.getName()),
            new Named(file.getFileName().toString(), names),
            (a, b) -> {
              a.names().addAll(b.names());
              return a;
            });
      }
      return classes;
    }
  }

  static String className(String entry) {
    return entry.replaceFirst("^META-INF/versions/\\d+/", "").replaceFirst("\\.class$", "");
  }

  /** Returns whether any of its classes is left, or it never had one. */
  static boolean rewrite(Path from, Path to, Set<String> reached) throws IOException {
    boolean had = false;
    boolean left = false;
    try (JarFile jar = new JarFile(from.toFile(), false);
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(to))) {
      out.setLevel(9);
      Manifest manifest = new Manifest();
      if (jar.getManifest() != null) {
        manifest.getMainAttributes().putAll(jar.getManifest().getMainAttributes());
      }
      manifest.getMainAttributes().putIfAbsent(Attributes.Name.MANIFEST_VERSION, "1.0");
      out.putNextEntry(entry(JarFile.MANIFEST_NAME));
      manifest.write(out);
      for (JarEntry each : jar.stream().filter(e -> !e.isDirectory()).toList()) {
        boolean isClass = each.getName().endsWith(".class");
        had |= isClass;
        if (isKept(each.getName(), reached)) {
          left |= isClass;
          out.putNextEntry(entry(each.getName()));
          byte[] bytes = jar.getInputStream(each).readAllBytes();
          out.write(SERVICES.matcher(each.getName()).matches() ? services(bytes, reached) : bytes);
        }
      }
    }
    return left || !had;
  }

  /** The lines of a list of services whose classes stay; a missing one would be an error. */
  static byte[] services(byte[] list, Set<String> reached) {
    return new String(list, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !isWide(path(line)) || reached.contains(path(line)))
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  static String path(String line) {
    return line.strip().replace('.', '/');
  }

  static boolean isKept(String entry, Set<String> reached) {
    String name = className(entry);
    boolean isWide = entry.endsWith(".class") && isWide(name);
    return !entry.equals(JarFile.MANIFEST_NAME)
        && !UNREAD.matcher(entry).matches()
        && (!isWide || reached.contains(name));
  }

  static JarEntry entry(String name) {
    JarEntry entry = new JarEntry(name);
    entry.setTimeLocal(java.time.LocalDateTime.of(2026, 11, 1, 0, 0));
    return entry;
  }
}
