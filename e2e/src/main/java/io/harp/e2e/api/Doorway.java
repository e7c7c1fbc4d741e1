package io.harp.e2e.api;

import static io.harp.e2e.net.LabPlan.API_ADDRESS;
import static io.harp.e2e.net.LabPlan.API_PORT;

import io.harp.e2e.agent.Relay;
import io.harp.e2e.net.AgentProcess;
import io.harp.e2e.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The lab's own way to the API server: a loopback port the kernel chose, then a Unix socket, then a
 * relay inside the API server's namespace.
 */
final class Doorway implements AutoCloseable {

  private final AgentProcess relay;
  private final ServerSocketChannel door;
  private final Path directory;

  private Doorway(AgentProcess relay, ServerSocketChannel door, Path directory) {
    this.relay = relay;
    this.door = door;
    this.directory = directory;
  }

  static Doorway open(Namespace api, Path logs) {
    try {
      // A short path: a Unix socket's name has 107 bytes (unix(7)), a build directory may have
      // more.
      Path directory = Files.createTempDirectory("harp-lab");
      Path socket = directory.resolve("api");
      AgentProcess relay =
          AgentProcess.start(api, 32, logs, "relay", socket.toString(), API_ADDRESS, "" + API_PORT);
      relay.awaitReady();
      ServerSocketChannel door =
          ServerSocketChannel.open()
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Relay.accept(door, () -> SocketChannel.open(UnixDomainSocketAddress.of(socket)));
      return new Doorway(relay, door, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    try {
      return ((InetSocketAddress) door.getLocalAddress()).getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      door.close();
      relay.close();
      Files.deleteIfExists(directory.resolve("api"));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
