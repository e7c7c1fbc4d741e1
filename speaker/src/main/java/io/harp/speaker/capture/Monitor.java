package io.harp.speaker.capture;

import io.harp.loop.Clock;
import io.harp.ops.OpsServer;
import io.harp.ops.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The packet monitor: puts the parts together and looks after them twice a second. A process that
 * is killed loses what came since then.
 */
public final class Monitor implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Monitor.class);
  private static final long TICK_MS = 500;

  private final CaptureSettings settings;
  private final Clock clock = Clock.system();
  private final Shelf shelf;
  private final List<Sniffer> sniffers;
  private final Recorder recorder;
  private final Compressor compressor;
  private final OpsServer ops;
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("capture-tick").factory());
  private volatile long tickedMs;
  private volatile int files;
  private volatile long diskBytes;
  private boolean troubled;

  private Monitor(CaptureSettings settings, Shelf shelf, List<Sniffer> sniffers)
      throws IOException {
    this.settings = settings;
    this.shelf = shelf;
    this.sniffers = sniffers;
    this.recorder =
        new Recorder(
            shelf, settings.rotation(), sniffers.getFirst().linkType(), settings.snapLength());
    this.compressor = new Compressor(shelf, recorder::current);
    this.tickedMs = clock.nowMs();
    this.ops = serve();
  }

  /**
   * Starts to capture.
   *
   * @throws CannotCapture if an interface cannot be opened, or two deliver different kinds of
   *     frames
   * @throws IOException if the directory or the metrics port cannot be used
   */
  public static Monitor start(CaptureSettings settings) throws CannotCapture, IOException {
    Files.createDirectories(settings.directory());
    Shelf shelf = new Shelf(settings.directory(), settings.host());
    shelf.tidy();
    List<Sniffer> sniffers = new ArrayList<>();
    try {
      for (String name : settings.interfaces()) {
        sniffers.add(Sniffer.open(name, settings));
      }
      refuseMixture(sniffers);
      Monitor monitor = new Monitor(settings, shelf, sniffers);
      monitor.begin();
      return monitor;
    } catch (CannotCapture | IOException e) {
      sniffers.forEach(Sniffer::close);
      throw e;
    }
  }

  private static void refuseMixture(List<Sniffer> sniffers) throws CannotCapture {
    Sniffer first = sniffers.getFirst();
    for (Sniffer other : sniffers) {
      if (other.linkType() != first.linkType()) {
        throw new CannotCapture(
            "--interface: %s and %s deliver different kinds of frames (%d and %d), and a file holds one kind: use any, or a monitor for each"
                .formatted(first.name(), other.name(), first.linkType(), other.linkType()));
      }
    }
  }

  private void begin() {
    tick();
    sniffers.forEach(s -> s.start(recorder));
    if (settings.compress()) {
      compressor.start();
    }
    var _ = ticker.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    log.info(
        "Capturing on {}{} into {}",
        String.join(", ", settings.interfaces()),
        settings.filter().isEmpty() ? "" : " (" + settings.filter() + ")",
        settings.directory());
  }

  private void tick() {
    try {
      recorder.tick(clock.nowMs(), clock.wallMs() / 1_000);
      keepWithinLimits();
      sniffers.forEach(Sniffer::count);
      troubled = false;
    } catch (IOException | RuntimeException e) {
      if (!troubled) {
        troubled = true;
        log.warn("{} cannot be looked after: {}", settings.directory(), e.toString());
      }
    }
    tickedMs = clock.nowMs();
  }

  private void keepWithinLimits() throws IOException {
    Optional<CaptureName> current = recorder.current();
    List<StoredFile> all = shelf.files();
    List<StoredFile> finished =
        all.stream()
            .filter(f -> f.form() != StoredFile.Form.PART)
            .filter(f -> current.isEmpty() || f.name().compareTo(current.get()) < 0)
            .toList();
    long total = all.stream().mapToLong(StoredFile::bytes).sum();
    long present = total - finished.stream().mapToLong(StoredFile::bytes).sum();
    for (StoredFile old : settings.retention().surplus(finished, present, shelf.freeBytes())) {
      shelf.delete(old);
      log.info("{} deleted to stay within the limits", old.fileName());
    }
    recorder.pause(!settings.retention().mayGrow(shelf.freeBytes()));
    files = all.size();
    diskBytes = total;
  }

  private OpsServer serve() throws IOException {
    CaptureMetrics metrics = new CaptureMetrics(sniffers, recorder);
    metrics.registry().register(Version.metric());
    metrics.gauge("files", "files of this host", () -> files);
    metrics.gauge("disk_bytes", "bytes of these files", () -> (double) diskBytes);
    return OpsServer.start(
        settings.metrics(), metrics.registry(), this::unhealthy, this::notReady, Map.of());
  }

  private Optional<String> unhealthy() {
    long ago = clock.nowMs() - tickedMs;
    return ago > 60 * TICK_MS
        ? Optional.of("the files have not been looked after for " + ago + " ms")
        : Optional.empty();
  }

  private Optional<String> notReady() {
    return sniffers.stream()
        .filter(s -> !s.isRunning())
        .findFirst()
        .map(s -> "nothing is captured on " + s.name())
        .or(this::unhealthy);
  }

  /** Stops, and puts the present file on the disk. */
  @Override
  public void close() {
    sniffers.forEach(Sniffer::close);
    ticker.shutdownNow();
    recorder.close();
    compressor.close();
    ops.close();
    log.info("The capture is closed");
  }
}
