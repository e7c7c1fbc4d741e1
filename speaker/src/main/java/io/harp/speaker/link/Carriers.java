package io.harp.speaker.link;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often the carrier of each interface has come and gone. The kernel counts it, so no flap is
 * too short for a look now and then. Used by one thread.
 */
final class Carriers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Carriers.class);

  private final Sysfs sysfs;
  private final Map<String, Counter> counters = new HashMap<>();

  Carriers(Sysfs sysfs) {
    this.sysfs = sysfs;
  }

  /** Whether any has changed since the last {@link #take}. */
  boolean haveChanged() {
    boolean any = false;
    for (Counter counter : counters.values()) {
      any |= counter.read() != counter.taken;
    }
    return any;
  }

  /**
   * Those that have changed since the last call.
   *
   * @param names whose carriers to count from now on
   */
  Set<String> take(Set<String> names) {
    Set<String> moved = new HashSet<>();
    for (var entries = counters.entrySet().iterator(); entries.hasNext(); ) {
      Map.Entry<String, Counter> entry = entries.next();
      Counter counter = entry.getValue();
      long now = counter.read();
      if (now != counter.taken) {
        counter.taken = now;
        moved.add(entry.getKey());
      }
      // The file of a deleted interface stays unreadable, also when another one gets its name.
      if (now == Counter.UNREADABLE || !names.contains(entry.getKey())) {
        counter.close();
        entries.remove();
      }
    }
    names.stream().filter(name -> !counters.containsKey(name)).forEach(this::open);
    return moved;
  }

  private void open(String name) {
    try {
      counters.put(name, new Counter(new RandomAccessFile(sysfs.changes(name).toFile(), "r")));
    } catch (IOException e) {
      log.debug("{} vanished while it was looked at", name);
    }
  }

  @Override
  public void close() {
    counters.values().forEach(Counter::close);
    counters.clear();
  }

  /** A file kept open: reading it again costs two system calls and no lock of the kernel. */
  private static final class Counter {
    static final long UNREADABLE = -1;

    private final RandomAccessFile file;
    private final byte[] digits = new byte[24];
    private long taken;

    Counter(RandomAccessFile file) {
      this.file = file;
      this.taken = read();
    }

    long read() {
      try {
        file.seek(0);
        int length = file.read(digits);
        long changes = 0;
        for (int i = 0; i < length && digits[i] >= '0'; i++) {
          changes = 10 * changes + digits[i] - '0';
        }
        return changes;
      } catch (IOException e) {
        return UNREADABLE;
      }
    }

    void close() {
      try {
        file.close();
      } catch (IOException e) {
        log.debug("a carrier file did not close", e);
      }
    }
  }
}
