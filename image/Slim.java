import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes the jars of a directory anew without what no running program reads: signatures (nothing
 * checks them; together with the digests of the manifest they are a tenth of Bouncy Castle),
 * indexes of annotations, schemas, and classes for Java releases before this one's. {@code java
 * image/Slim.java DIR}
 */
class Slim {

  static final Pattern UNREAD =
      Pattern.compile(
          "META-INF/[^/]+\\.(SF|RSA|DSA|EC|idx)|META-INF/maven/.*/pom\\.xml|.*\\.xsd|.*/package-info\\.class|META-INF/versions/(9|1[0-9])/module-info\\.class");

  public static void main(String[] args) throws IOException {
    List<Path> jars;
    try (Stream<Path> found = Files.list(Path.of(args[0]))) {
      jars = found.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      Path slim = jar.resolveSibling(jar.getFileName() + ".slim");
      rewrite(jar, slim);
      Files.move(slim, jar, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
  }

  static void rewrite(Path from, Path to) throws IOException {
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
        if (!each.getName().equals(JarFile.MANIFEST_NAME)
            && !UNREAD.matcher(each.getName()).matches()) {
          out.putNextEntry(entry(each.getName()));
          jar.getInputStream(each).transferTo(out);
        }
      }
    }
  }

  static JarEntry entry(String name) {
    JarEntry entry = new JarEntry(name);
    entry.setTimeLocal(java.time.LocalDateTime.of(2026, 11, 1, 0, 0));
    return entry;
  }
}
