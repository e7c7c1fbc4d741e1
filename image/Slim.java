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
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Leaves out of the jars of a directory what no program of the image can reach. It ends with 1 and
 * says which class stands against it where that can no longer be proven. {@code java
 * image/Slim.java DIR}
 *
 * <ul>
 *   <li>What nothing reads: signatures (nothing checks them), indexes of annotations, schemas,
 *       classes for Java releases before this one's, JNA's library for every other platform.
 *   <li>Jars with the models of four API groups, see {@link #refuseNamesOf}.
 *   <li>Classes of Bouncy Castle that neither Harp names nor a class that stays.
 * </ul>
 */
class Slim {

  static final Pattern UNREAD =
      Pattern.compile(
          "META-INF/[^/]+\\.(SF|RSA|DSA|EC|idx)|META-INF/maven/.*/pom\\.xml|.*\\.xsd|.*/package-info\\.class"
              + "|META-INF/versions/(9|1[0-9])/module-info\\.class|META-INF/services/java\\.security\\.Provider"
              + "|com/sun/jna/[^/]+/(lib)?jnidispatch\\..*");

  /** The exposition formats are protobuf: what remains answers in text where they are missing. */
  static final Pattern UNUSED =
      Pattern.compile(
          "(kubernetes-model-(flowcontrol|gatewayapi|resource|storageclass)|prometheus-metrics-exposition-formats)-\\d.*");

  /** The client's own classes for the API groups of {@link #UNUSED}. */
  static final Pattern GROUP =
      Pattern.compile(
          "io/fabric8/kubernetes/client/.*(FlowControl|DynamicResourceAllocation|DynamicresourceAllocation|Storage|StorageMigration)APIGroup(DSL|Client)");

  /** A class's name in the bytes of another: constants, descriptors, signatures and strings. */
  static final Pattern NAME = Pattern.compile("(io[/.]fabric8|org[/.]bouncycastle)[/.][\\w$/.]+");

  /** By the name of the class; several for one that is there for several Java releases. */
  record Named(String jar, Set<String> names) {}

  public static void main(String[] args) throws IOException {
    List<Path> jars = new ArrayList<>();
    Map<String, Named> classes = new TreeMap<>();
    Set<String> unused = new HashSet<>();
    try (Stream<Path> found = Files.list(Path.of(args[0]))) {
      for (Path jar : found.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
        if (UNUSED.matcher(jar.getFileName().toString()).matches()) {
          unused.addAll(read(jar).keySet());
          Files.delete(jar);
        } else {
          jars.add(jar);
          classes.putAll(read(jar));
        }
      }
    }
    refuseNamesOf(unused, classes);
    Set<String> reached = reached(classes);
    for (Path jar : jars) {
      Path slim = jar.resolveSibling(jar.getFileName() + ".slim");
      rewrite(jar, slim, reached);
      Files.move(slim, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Only the client's own classes of a group may name its models, and Harp none of these classes.
   * The client loads them when it is made, so every start shows that they load; their methods are
   * reached by nobody.
   */
  static void refuseNamesOf(Set<String> unused, Map<String, Named> classes) {
    Set<String> against = new TreeSet<>();
    classes.forEach((name, each) -> {
      boolean harp = each.jar().startsWith("harp-");
      for (String other : each.names()) {
        if (unused.contains(other) && !GROUP.matcher(name).matches()
            || harp && GROUP.matcher(other).matches()) {
          against.add(name + " names " + other);
        }
      }
    });
    if (!against.isEmpty()) {
      System.err.println("slim: these are missing in the image, see UNUSED:");
      against.forEach(System.err::println);
      System.exit(1);
    }
  }

  /** The classes of Bouncy Castle that Harp can reach; its provider would load more by name. */
  static Set<String> reached(Map<String, Named> classes) {
    Deque<String> next = new ArrayDeque<>();
    classes.values().stream()
        .filter(c -> c.jar().startsWith("harp-"))
        .forEach(c -> next.addAll(c.names()));
    Set<String> reached = new HashSet<>();
    while (!next.isEmpty()) {
      String name = next.pop();
      Named here = classes.get(name);
      if (here != null && isBouncyCastle(name) && reached.add(name)) {
        next.addAll(here.names());
      }
    }
    if (reached.contains("org/bouncycastle/jce/provider/BouncyCastleProvider")) {
      System.err.println("slim: Harp uses Bouncy Castle's provider, which finds classes by name");
      System.exit(1);
    }
    return reached;
  }

  static boolean isBouncyCastle(String name) {
    return name.startsWith("org/bouncycastle/");
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

  static void rewrite(Path from, Path to, Set<String> reached) throws IOException {
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
        if (isKept(each.getName(), reached)) {
          out.putNextEntry(entry(each.getName()));
          jar.getInputStream(each).transferTo(out);
        }
      }
    }
  }

  static boolean isKept(String entry, Set<String> reached) {
    String name = className(entry);
    boolean isClass = entry.endsWith(".class") && isBouncyCastle(name);
    return !entry.equals(JarFile.MANIFEST_NAME)
        && !UNREAD.matcher(entry).matches()
        && (!isClass || reached.contains(name));
  }

  static JarEntry entry(String name) {
    JarEntry entry = new JarEntry(name);
    entry.setTimeLocal(java.time.LocalDateTime.of(2026, 11, 1, 0, 0));
    return entry;
  }
}
