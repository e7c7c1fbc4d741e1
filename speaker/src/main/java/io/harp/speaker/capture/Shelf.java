package io.harp.speaker.capture;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory the captures of one host lie in. Other files in it are neither counted nor touched.
 * Deleting and the last step of compressing exclude each other, so that a deleted capture does not
 * come back compressed.
 */
final class Shelf {

  private static final Logger log = LoggerFactory.getLogger(Shelf.class);

  private final Path directory;
  private final String host;
  private @Nullable CaptureName last;

  Shelf(Path directory, String host) {
    this.directory = directory;
    this.host = host;
  }

  /** Every capture of this host, whole or not, oldest first. */
  List<StoredFile> files() throws IOException {
    List<StoredFile> found = new ArrayList<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path path : all.toList()) {
        stored(path).ifPresent(found::add);
      }
    }
    found.sort(null);
    return found;
  }

  /**
   * A name for a capture begun in this second, after all names there ever were: which files are the
   * oldest is read from the names. If the clock went back, the new name keeps the newest second.
   */
  CaptureName unused(long second) throws IOException {
    CaptureName newest = last;
    for (StoredFile file : files()) {
      newest = newest == null || file.name().compareTo(newest) > 0 ? file.name() : newest;
    }
    CaptureName name = new CaptureName(host, second, 1);
    last = newest == null || name.compareTo(newest) > 0 ? name : newest.next();
    return last;
  }

  Path path(StoredFile file) {
    return directory.resolve(file.fileName());
  }

  Path path(CaptureName name, StoredFile.Form form) {
    return directory.resolve(name + form.ending);
  }

  long freeBytes() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  synchronized void delete(StoredFile file) throws IOException {
    Files.deleteIfExists(path(file));
  }

  /**
   * Puts a compressed file in the place of the plain one, if that has not been deleted meanwhile.
   * The plain one goes only after the disk has the name of the other.
   */
  synchronized void publish(CaptureName name) throws IOException {
    Path part = path(name, StoredFile.Form.PART);
    Path plain = path(name, StoredFile.Form.PLAIN);
    if (!Files.exists(plain)) {
      Files.deleteIfExists(part);
      return;
    }
    Files.move(part, path(name, StoredFile.Form.GZIP), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    }
    Files.delete(plain);
  }

  /**
   * Cleans up behind a process that ended at any moment: half-compressed files and plain twins of
   * whole compressed ones go, and the newest plain file, which was being written, is cut behind its
   * last whole record.
   */
  void tidy() throws IOException {
    List<StoredFile> all = files();
    List<StoredFile> plain = new ArrayList<>();
    for (StoredFile file : all) {
      switch (file.form()) {
        case PART -> delete(file);
        case GZIP -> {}
        case PLAIN -> {
          boolean twin = Files.exists(path(file.name(), StoredFile.Form.GZIP));
          if (twin) {
            delete(file);
          } else {
            plain.add(file);
          }
        }
      }
    }
    if (!plain.isEmpty()) {
      repair(plain.getLast());
    }
  }

  private void repair(StoredFile newest) throws IOException {
    long cut = Repair.cut(path(newest));
    if (cut > 0) {
      log.info("{} cut by {} bytes, behind its last whole packet", newest.fileName(), cut);
    }
    if (Files.size(path(newest)) <= PcapFile.HEADER_BYTES) {
      delete(newest);
    }
  }

  private Optional<StoredFile> stored(Path path) {
    String fileName = String.valueOf(path.getFileName());
    for (StoredFile.Form form : StoredFile.Form.values()) {
      if (fileName.endsWith(form.ending)) {
        String name = fileName.substring(0, fileName.length() - form.ending.length());
        return CaptureName.parse(host, name).flatMap(n -> sized(n, form, path));
      }
    }
    return Optional.empty();
  }

  // A file that is deleted while the directory is read is not there.
  private static Optional<StoredFile> sized(CaptureName name, StoredFile.Form form, Path path) {
    try {
      return Optional.of(new StoredFile(name, form, Files.size(path)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
