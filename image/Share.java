import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Prints a list of classes as the JVM takes it to make an archive of them: each class of a file of
 * names that is on the class path or in this Java runtime, and the places in its constant pool that
 * are to be linked beforehand. {@code java -cp CLASSPATH Share NAMES}
 *
 * <p>A line is the name of a class and the numbers of the lambdas that a start uses, counted in its
 * constant pool; or it begins with an at sign and is passed on. Places themselves change with each
 * build and each library. Classes and members are all linked, which costs little; lambdas are
 * classes of their own, and those that no start uses would be loaded by each.
 */
class Share {

  public static void main(String[] args) throws IOException {
    StringBuilder list = new StringBuilder();
    StringBuilder links = new StringBuilder();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      List<String> words = List.of(line.split(" "));
      String name = words.getFirst();
      URL found = ClassLoader.getSystemResource(name + ".class");
      if (name.startsWith("@")) {
        links.append(line).append('\n');
      } else if (found != null) {
        list.append(name).append('\n');
        links.append("@cp ").append(name);
        places(found, Set.copyOf(words)).forEach(place -> links.append(' ').append(place));
        links.append('\n');
      }
    }
    System.out.print(list.append(links));
  }

  private static List<Integer> places(URL file, Set<String> lambdas) throws IOException {
    List<Integer> places = new ArrayList<>();
    int lambda = 0;
    try (InputStream in = file.openStream()) {
      for (PoolEntry entry : ClassFile.of().parse(in.readAllBytes()).constantPool()) {
        if (entry instanceof ClassEntry
            || entry instanceof MemberRefEntry
            || (entry instanceof InvokeDynamicEntry
                && lambdas.contains(String.valueOf(lambda++)))) {
          places.add(entry.index());
        }
      }
    }
    return places;
  }
}
