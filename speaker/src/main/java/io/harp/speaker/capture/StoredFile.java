package io.harp.speaker.capture;

/**
 * A capture on the disk.
 *
 * @param bytes its size
 */
record StoredFile(CaptureName name, Form form, long bytes) implements Comparable<StoredFile> {

  /** How it is written. */
  enum Form {
    PLAIN(".pcap"),
    GZIP(".pcap.gz"),
    /** A compressed file that is not whole yet; after a crash it is worth nothing. */
    PART(".pcap.gz.part");

    final String ending;

    Form(String ending) {
      this.ending = ending;
    }
  }

  String fileName() {
    return name + form.ending;
  }

  @Override
  public int compareTo(StoredFile other) {
    int order = name.compareTo(other.name);
    return order != 0 ? order : form.compareTo(other.form);
  }
}
