import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Lists what lies in an image as CycloneDX 1.5: {@code java image/Sbom.java ROOTFS}. Maven
 * coordinates come from the jars themselves, the version of the Java runtime from its release file,
 * those of the C library from the file.
 */
class Sbom {

  record Component(String type, String group, String name, String version, Path file) {}

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    List<String> entries = new ArrayList<>();
    for (Component c : components(root)) {
      entries.add(json(c, root));
    }
    System.out.println(
        "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\", \"version\": 1, \"components\":"
            + " [");
    System.out.println(String.join(",\n", entries));
    System.out.println("]}");
  }

  static List<Component> components(Path root) throws IOException {
    List<Component> found = new ArrayList<>();
    Properties release = new Properties();
    try (InputStream in = Files.newInputStream(root.resolve("opt/harp/jre/release"))) {
      release.load(in);
    }
    String version = release.getProperty("JAVA_VERSION", "?").replace("\"", "");
    found.add(
        new Component(
            "platform", "", "java-runtime", version, root.resolve("opt/harp/jre/lib/modules")));
    for (Path jar : files(root.resolve("opt/harp/lib"), ".jar")) {
      found.add(library(jar));
    }
    for (String directory : List.of("lib", "lib64", "usr/lib", "usr/lib64")) {
      for (Path library : files(root.resolve(directory), ".so")) {
        found.add(new Component("library", "", library.getFileName().toString(), "", library));
      }
    }
    return found;
  }

  static List<Path> files(Path below, String containing) throws IOException {
    if (!Files.isDirectory(below)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(below)) {
      return all.filter(f -> f.getFileName().toString().contains(containing))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  /** A jar that was put together from several says so in several files; its own name decides. */
  static Component library(Path jar) throws IOException {
    String base = jar.getFileName().toString().replaceFirst("\\.jar$", "");
    String name = base.replaceFirst("-\\d.*$", "");
    String version = base.length() > name.length() ? base.substring(name.length() + 1) : "";
    String group = name.startsWith("harp-") ? "io.harp" : "";
    try (JarFile file = new JarFile(jar.toFile())) {
      for (var entry :
          file.stream().filter(e -> e.getName().endsWith("/pom.properties")).toList()) {
        Properties pom = new Properties();
        pom.load(file.getInputStream(entry));
        if (name.equals(pom.getProperty("artifactId"))) {
          group = pom.getProperty("groupId");
        }
      }
    }
    return new Component("library", group, name, version, jar);
  }

  static String json(Component c, Path root) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(c.file()));
    String purl =
        c.group().isEmpty()
            ? ""
            : "\"purl\": \"pkg:maven/%s/%s@%s\", ".formatted(c.group(), c.name(), c.version());
    return """
    {"type": "%s", "group": "%s", "name": "%s", "version": "%s", %s"hashes": [{"alg": "SHA-256", "content": "%s"}],
     "evidence": {"occurrences": [{"location": "/%s"}]}}\
    """
        .formatted(
            c.type(),
            c.group(),
            c.name(),
            c.version(),
            purl,
            HexFormat.of().formatHex(hash),
            root.relativize(c.file()));
  }
}
