import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 *   <li>Classes of libraries that neither Harp names nor a class that stays, and their lines in
 *       lists of services. Jars of which nothing is left.
 *   <li>The names of local variables. Lines stay: whoever reads a stack trace needs them.
 * </ul>
 */
class Slim {

  static final Pattern UNREAD =
      Pattern.compile(
          "META-INF/[^/]+\\.(SF|RSA|DSA|EC|idx)|META-INF/maven/.*/pom\\.xml|.*\\.(xsd|kotlin_\\w+|knm)|.*/package-info\\.class"
              + "|META-INF/versions/(9|1[0-9])/module-info\\.class|META-INF/services/java\\.security\\.Provider"
              + "|com/sun/jna/[^/]+/(lib)?jnidispatch\\..*");

  /** The exposition formats are protobuf: what remains answers in text where they are missing. */
  static final Pattern UNUSED = Pattern.compile("prometheus-metrics-exposition-formats-\\d.*");

  static final String SERVICES = "META-INF/services/";

  /**
   * A class's name in the bytes of another (constants, descriptors, signatures, strings) or in a
   * file of Harp's own.
   */
  static final Pattern NAME =
      Pattern.compile("(?:ch|com|io|kotlin|okhttp3|okio|org|picocli|tools)[/.][\\w$/.\\-]+");

  /** Netty asks for it by name and does without. It finds its own parts by name. */
  static final String PROVIDER = "org/bouncycastle/jce/provider/BouncyCastleProvider";

  /**
   * What these name does not count. Netty's bridge to Bouncy Castle finds no provider. The others
   * know every kind of Kubernetes, and nothing here has typed objects: whether one is ready, lists
   * of them under construction, and the list of all.
   */
  static final Set<String> UNFOLLOWED =
      Set.of(
          "io/netty/handler/ssl/util/BouncyCastleUtil$BcPkix",
          "io/netty/handler/ssl/util/BouncyCastleUtil$BcProv",
          "io/fabric8/kubernetes/client/readiness/Readiness",
          "io/fabric8/kubernetes/api/model/KubernetesListFluent",
          SERVICES + "io.fabric8.kubernetes.api.model.KubernetesResource");

  static final Set<String> VARIABLES = Set.of("LocalVariableTable", "LocalVariableTypeTable");

  public static void main(String[] args) throws IOException {
    List<Path> jars = new ArrayList<>();
    Map<String, Set<String>> names = new HashMap<>();
    Set<String> ours = new HashSet<>();
    try (Stream<Path> found = Files.list(Path.of(args[0]))) {
      for (Path jar : found.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
        if (UNUSED.matcher(jar.getFileName().toString()).matches()) {
          Files.delete(jar);
        } else {
          jars.add(jar);
          read(jar, names, ours);
        }
      }
    }
    Set<String> reached = reached(names, ours);
    for (Path jar : jars) {
      Path slim = jar.resolveSibling(jar.getFileName() + ".slim");
      if (rewrite(jar, slim, reached)) {
        Files.move(slim, jar, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.delete(slim);
        Files.delete(jar);
      }
    }
  }

  static boolean isOurs(Path jar) {
    return jar.getFileName().toString().startsWith("harp-");
  }

  /** What each class, each list of services and each file of Harp's own names. */
  static void read(Path file, Map<String, Set<String>> names, Set<String> ours) throws IOException {
    try (JarFile jar = new JarFile(file.toFile(), false)) {
      for (JarEntry each : jar.stream().filter(Slim::isRead).toList()) {
        String name = className(each.getName());
        boolean isClass = each.getName().endsWith(".class");
        if (isClass || isOurs(file) || name.startsWith(SERVICES)) {
          String bytes =
              new String(
                  jar.getInputStream(each).readAllBytes(), StandardCharsets.ISO_8859_1);
          Set<String> in = names.computeIfAbsent(name, any -> new HashSet<>());
          NAME.matcher(bytes).results().forEach(r -> in.add(r.group().replace('.', '/')));
        }
        if (isOurs(file)) {
          ours.add(name);
        }
      }
    }
  }

  /** A class that is there for several Java releases has one name. */
  static String className(String entry) {
    return entry.replaceFirst("^META-INF/versions/\\d+/", "").replaceFirst("\\.class$", "");
  }

  /**
   * Harp's classes and files, and what they, and what is reached itself, name; strings count, so
   * also what is loaded by its name. Of a service that is reached, or is the JDK's, all that is
   * listed. A name put together at run time would not be found; {@code ImageLabTest} runs what is
   * left.
   */
  static Set<String> reached(Map<String, Set<String>> names, Set<String> ours) {
    if (ours.stream().anyMatch(c -> names.get(c).contains(PROVIDER))) {
      System.err.println("slim: Harp uses Bouncy Castle's provider, which finds classes by name");
      System.exit(1);
    }
    Set<String> reached = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(ours);
    names.keySet().stream().filter(n -> n.startsWith(SERVICES + "java")).forEach(next::add);
    while (!next.isEmpty()) {
      String name = next.pop();
      if (names.containsKey(name) && !name.equals(PROVIDER) && reached.add(name)) {
        next.addAll(UNFOLLOWED.contains(name) ? Set.of() : names.get(name));
        next.add(SERVICES + name.replace('/', '.'));
      }
    }
    return reached;
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
      for (JarEntry each : jar.stream().filter(Slim::isRead).toList()) {
        boolean isClass = each.getName().endsWith(".class");
        had |= isClass;
        if (!isClass || reached.contains(className(each.getName()))) {
          left |= isClass;
          out.putNextEntry(entry(each.getName()));
          byte[] bytes = jar.getInputStream(each).readAllBytes();
          if (isClass) {
            bytes = withoutVariables(bytes);
          } else if (each.getName().startsWith(SERVICES)) {
            bytes = services(bytes, reached);
          }
          out.write(bytes);
        }
      }
    }
    return left || !had;
  }

  static boolean isRead(JarEntry entry) {
    String name = entry.getName();
    return !entry.isDirectory()
        && !name.equals(JarFile.MANIFEST_NAME)
        && !UNREAD.matcher(name).matches();
  }

  /** The lines of a list of services whose classes stay; a missing one would be an error. */
  static byte[] services(byte[] list, Set<String> reached) {
    return new String(list, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> reached.contains(line.strip().replace('.', '/')))
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  static JarEntry entry(String name) {
    JarEntry entry = new JarEntry(name);
    entry.setTimeLocal(LocalDateTime.of(2026, 11, 1, 0, 0));
    return entry;
  }

  /** A class file (JVM Specification, section 4.1) without the attributes of {@link #VARIABLES}. */
  static byte[] withoutVariables(byte[] file) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length);
    DataOutputStream out = new DataOutputStream(bytes);
    copy(in, out, 8);
    String[] names = constants(in, out);
    copy(in, out, 6);
    copy(in, out, 2 * copyShort(in, out));
    for (int members = 0; members < 2; members++) {
      for (int n = copyShort(in, out); n > 0; n--) {
        copy(in, out, 6);
        attributes(in, out, names);
      }
    }
    attributes(in, out, names);
    return bytes.toByteArray();
  }

  /** The texts among the constants, by their index. */
  static String[] constants(DataInputStream in, DataOutputStream out) throws IOException {
    String[] texts = new String[copyShort(in, out)];
    for (int i = 1; i < texts.length; i++) {
      int tag = in.readUnsignedByte();
      out.writeByte(tag);
      switch (tag) {
        case 1 -> {
          byte[] text = in.readNBytes(copyShort(in, out));
          out.write(text);
          texts[i] = new String(text, StandardCharsets.UTF_8);
        }
        case 5, 6 -> {
          copy(in, out, 8);
          i++;
        }
        case 7, 8, 16, 19, 20 -> copy(in, out, 2);
        case 15 -> copy(in, out, 3);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> copy(in, out, 4);
        default -> throw new IOException("unknown constant " + tag);
      }
    }
    return texts;
  }

  static void attributes(DataInputStream in, DataOutputStream out, String[] names)
      throws IOException {
    int kept = 0;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream all = new DataOutputStream(bytes);
    for (int n = in.readUnsignedShort(); n > 0; n--) {
      int name = in.readUnsignedShort();
      byte[] content = in.readNBytes(in.readInt());
      if (!VARIABLES.contains(names[name])) {
        kept++;
        byte[] slim = names[name].equals("Code") ? code(content, names) : content;
        all.writeShort(name);
        all.writeInt(slim.length);
        all.write(slim);
      }
    }
    out.writeShort(kept);
    bytes.writeTo(out);
  }

  /** The attribute of a method that has attributes itself (section 4.7.3). */
  static byte[] code(byte[] content, String[] names) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length);
    DataOutputStream out = new DataOutputStream(bytes);
    copy(in, out, 4);
    int length = in.readInt();
    out.writeInt(length);
    copy(in, out, length);
    copy(in, out, 8 * copyShort(in, out));
    attributes(in, out, names);
    return bytes.toByteArray();
  }

  static int copyShort(DataInputStream in, DataOutputStream out) throws IOException {
    int value = in.readUnsignedShort();
    out.writeShort(value);
    return value;
  }

  static void copy(DataInputStream in, DataOutputStream out, int bytes) throws IOException {
    out.write(in.readNBytes(bytes));
  }
}
