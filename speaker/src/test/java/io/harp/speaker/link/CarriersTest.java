package io.harp.speaker.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarriersTest {

  @TempDir Path net;
  private Carriers carriers =
      new Carriers(new Sysfs(Path.of("nowhere"), Path.of("nowhere"), _ -> List.of()));

  @BeforeEach
  void follow() throws IOException {
    write("eth0", 2);
    write("eth1", 9);
    carriers = new Carriers(new Sysfs(net, net.resolve("if_inet6"), _ -> List.of()));
    assertEquals(Set.of(), carriers.take(Set.of("eth0", "eth1")));
  }

  @Test
  void aFlapIsNoticedThoughTheCableIsBack() throws IOException {
    assertFalse(carriers.haveChanged());
    write("eth1", 11);
    assertTrue(carriers.haveChanged());
    assertEquals(Set.of("eth1"), carriers.take(Set.of("eth0", "eth1")));
    assertFalse(carriers.haveChanged());
  }

  @Test
  void aChangeStaysUntilItIsTaken() throws IOException {
    write("eth0", 3);
    assertTrue(carriers.haveChanged());
    assertTrue(carriers.haveChanged());
  }

  @Test
  void interfacesThatComeAndGoAreFollowed() throws IOException {
    write("eth2", 1);
    assertEquals(Set.of(), carriers.take(Set.of("eth0", "eth2", "vanished")));
    write("eth1", 12);
    assertFalse(carriers.haveChanged());
    write("eth2", 2);
    assertEquals(Set.of("eth2"), carriers.take(Set.of("eth0", "eth2")));
  }

  private void write(String name, int changes) throws IOException {
    Path file = Files.createDirectories(net.resolve(name)).resolve("carrier_changes");
    Files.writeString(file, changes + "\n");
  }
}
