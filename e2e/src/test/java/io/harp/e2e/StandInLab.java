package io.harp.e2e;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.Jvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A lab whose speakers are {@link StandIn}s: the test says who owns the one address there is. */
final class StandInLab implements AutoCloseable {

  static final String ADDRESS = "10.77.100.7";

  private final Path owners;
  private final Lab lab;

  private StandInLab(Path owners, Lab lab) {
    this.owners = owners;
    this.lab = lab;
  }

  static StandInLab start(ApiServer.Kind api) {
    try {
      Path owners = Files.createTempFile("harp-owners", "");
      LabOptions options =
          LabOptions.harp()
              .withApi(api)
              .withoutController()
              .withSpeaker(Jvm.self(32, StandIn.class.getName(), ADDRESS, owners.toString()));
      Lab lab = Lab.start(options);
      lab.startSpeakers();
      return new StandInLab(owners, lab);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Lab lab() {
    return lab;
  }

  /** From now on exactly these nodes answer for the address. */
  void owners(String... nodes) {
    try {
      Files.writeString(owners, String.join(" ", nodes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    lab.close();
    try {
      Files.deleteIfExists(owners);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
