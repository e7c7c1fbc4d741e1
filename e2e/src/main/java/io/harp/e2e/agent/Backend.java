package io.harp.e2e.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The pod behind a Service, one per node: answers HTTP with the name of its node and, in a header,
 * the client's address, and every datagram with the datagram's first eight bytes followed by that
 * name.
 */
final class Backend {

  private final byte[] name;

  private Backend(String node) {
    this.name = node.getBytes(StandardCharsets.US_ASCII);
  }

  static Consumer<String> start(String node, int port) throws IOException {
    Backend backend = new Backend(node);
    DatagramChannel datagrams = DatagramChannel.open();
    datagrams.bind(new InetSocketAddress(port));
    ServerSocket connections = new ServerSocket(port, 512);
    Thread.ofPlatform().daemon().name("udp").start(() -> backend.echo(datagrams));
    Thread.ofPlatform().daemon().name("tcp").start(() -> backend.serve(connections));
    return _ -> {};
  }

  private void echo(DatagramChannel channel) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(512);
    while (true) {
      try {
        buffer.clear();
        SocketAddress from = channel.receive(buffer);
        buffer.flip();
        buffer.limit(Math.min(buffer.limit(), Long.BYTES));
        buffer.position(buffer.limit()).limit(buffer.capacity());
        buffer.put(name).flip();
        channel.send(buffer, from);
      } catch (IOException e) {
        // The network is cut; the next datagram comes when it is back.
      }
    }
  }

  private void serve(ServerSocket server) {
    while (true) {
      try {
        Socket socket = server.accept();
        Thread.startVirtualThread(() -> answer(socket));
      } catch (IOException e) {
        // As above.
      }
    }
  }

  private void answer(Socket socket) {
    try (socket) {
      socket.setSoTimeout(2_000);
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String line = in.readLine();
      while (line != null && !line.isEmpty()) {
        line = in.readLine();
      }
      String body = new String(name, StandardCharsets.US_ASCII) + "\n";
      String response =
          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nX-Client: "
              + socket.getInetAddress().getHostAddress()
              + "\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body;
      socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // The client will try again.
    }
  }
}
