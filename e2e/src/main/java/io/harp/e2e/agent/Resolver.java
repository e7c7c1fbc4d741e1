package io.harp.e2e.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A name server that knows one name (RFC 1035, over UDP): its IPv4 address, and that it has no
 * other record. All other names do not exist. Says {@code asked NAME} for each question.
 */
final class Resolver {

  private static final int HEADER = 12;
  private static final int A = 1;

  /** A response, authoritative, recursion desired and available. */
  private static final int ANSWER = 0x8580;

  private static final int NO_SUCH_NAME = 3;

  /** A pointer to the name in the question. */
  private static final int SAME_NAME = 0xc000 | HEADER;

  private static final int TTL_S = 5;

  private final String name;
  private final byte[] address;
  private final Consumer<String> say;

  private Resolver(String name, byte[] address, Consumer<String> say) {
    this.name = name;
    this.address = address;
    this.say = say;
  }

  static Consumer<String> start(
      String at, int port, String name, String address, Consumer<String> say) throws IOException {
    Resolver resolver =
        new Resolver(
            name.toLowerCase(Locale.ROOT), InetAddress.ofLiteral(address).getAddress(), say);
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.ofLiteral(at), port));
    Thread.ofPlatform().daemon().name("dns").start(() -> resolver.serve(channel));
    return _ -> {};
  }

  private void serve(DatagramChannel channel) {
    ByteBuffer question = ByteBuffer.allocate(512);
    while (true) {
      try {
        question.clear();
        SocketAddress from = channel.receive(question);
        channel.send(answer(question.flip()), from);
      } catch (IOException | IndexOutOfBoundsException | java.nio.BufferUnderflowException e) {
        // Not a question, or nobody waits for its answer any more.
      }
    }
  }

  private ByteBuffer answer(ByteBuffer question) {
    short id = question.getShort();
    question.position(HEADER);
    String asked = name(question);
    int type = question.getShort();
    int end = question.position() + Short.BYTES;
    say.accept("asked " + asked);
    boolean known = asked.equals(name);
    boolean found = known && type == A;
    ByteBuffer answer = ByteBuffer.allocate(512);
    answer
        .putShort(id)
        .putShort((short) (known ? ANSWER : ANSWER | NO_SUCH_NAME))
        .putShort((short) 1)
        .putShort((short) (found ? 1 : 0))
        .putInt(0)
        .put(question.slice(HEADER, end - HEADER));
    if (found) {
      answer
          .putShort((short) SAME_NAME)
          .putShort((short) A)
          .putShort((short) 1)
          .putInt(TTL_S)
          .putShort((short) address.length)
          .put(address);
    }
    return answer.flip();
  }

  private static String name(ByteBuffer from) {
    StringBuilder name = new StringBuilder();
    for (int length = from.get(); length > 0; length = from.get()) {
      byte[] label = new byte[length];
      from.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
    }
    return name.toString().toLowerCase(Locale.ROOT);
  }
}
