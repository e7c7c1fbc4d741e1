package io.harp.speaker.flight;

import io.harp.speaker.flight.Noted.Decided;
import io.harp.speaker.flight.Noted.Frame;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes what was noted as pcapng (IETF draft-ietf-opsawg-pcapng), which tcpdump and Wireshark
 * read. A decision is a packet of its own, with its text as the packet's comment, and again as the
 * payload of EtherType 0x88B5 (for local experiments, IEEE 802), since tcpdump shows no comments.
 */
final class PcapNg {

  private static final int SECTION = 0x0a0d_0d0a;
  private static final int INTERFACE = 1;
  private static final int PACKET = 6;
  private static final int BYTE_ORDER_MAGIC = 0x1a2b_3c4d;
  private static final short ETHERNET = 1;
  private static final short COMMENT = 1;
  private static final short NAME = 2;
  private static final short USER_APPLICATION = 4;
  private static final short FLAGS = 2;
  private static final int INBOUND = 1;
  private static final int OUTBOUND = 2;
  private static final int ETHERNET_HEADER = 14;

  private final OutputStream out;
  private final ByteBuffer block = ByteBuffer.allocate(2048).order(ByteOrder.LITTLE_ENDIAN);
  private final List<Integer> links;
  private final long offsetMicros;

  private PcapNg(OutputStream out, List<Integer> links, long offsetMicros) {
    this.out = out;
    this.links = links;
    this.offsetMicros = offsetMicros;
  }

  /**
   * Writes a whole file.
   *
   * @param names of the interfaces by index; frames of others appear as those of the first one
   * @param offsetMicros what to add to the monotonic clock to get the wall clock, in microseconds
   */
  static void write(
      List<Noted> all, Map<Integer, String> names, long offsetMicros, OutputStream out)
      throws IOException {
    PcapNg file = new PcapNg(out, new ArrayList<>(names.keySet()), offsetMicros);
    file.section();
    file.describe("decisions");
    for (String name : names.values()) {
      file.describe(name);
    }
    for (Noted noted : all) {
      switch (noted) {
        case Frame f -> file.frame(f);
        case Decided d -> file.decision(d);
      }
    }
  }

  private void section() throws IOException {
    begin(SECTION);
    block.putInt(BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1);
    option(USER_APPLICATION, text("Harp speaker"));
    end();
  }

  // All of one link type and one snapshot length, or libpcap refuses the file.
  private void describe(String name) throws IOException {
    begin(INTERFACE);
    block.putShort(ETHERNET).putShort((short) 0).putInt(0);
    option(NAME, text(name));
    end();
  }

  private void frame(Frame frame) throws IOException {
    packet(1 + Math.max(0, links.indexOf(frame.link())), frame.nanos(), frame.length());
    data(frame.bytes());
    direction(frame.sent() ? OUTBOUND : INBOUND);
    end();
  }

  private void decision(Decided decision) throws IOException {
    byte[] text = text(decision.address().map(a -> a + ": ").orElse("") + decision.what());
    ByteBuffer frame = ByteBuffer.allocate(ETHERNET_HEADER + text.length);
    frame.position(12);
    frame.putShort((short) 0x88b5).put(text);
    packet(0, decision.nanos(), frame.capacity());
    data(frame.array());
    direction(OUTBOUND);
    option(COMMENT, text);
    end();
  }

  private void packet(int link, long nanos, int length) {
    long micros = nanos / 1000 + offsetMicros;
    begin(PACKET);
    block.putInt(link).putInt((int) (micros >>> 32)).putInt((int) micros);
    // The captured length is filled in with the data.
    block.putInt(0).putInt(length);
  }

  private void data(byte[] bytes) {
    block.putInt(block.position() - 8, bytes.length);
    block.put(bytes);
    pad();
  }

  private void direction(int direction) {
    block.putShort(FLAGS).putShort((short) 4).putInt(direction);
  }

  private void option(short code, byte[] value) {
    block.putShort(code).putShort((short) value.length).put(value);
    pad();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void begin(int type) {
    block.clear();
    block.putInt(type).putInt(0);
  }

  // The end of the options, and the length once more, so that files can be read backwards.
  private void end() throws IOException {
    block.putInt(0);
    int length = block.position() + 4;
    block.putInt(length).putInt(4, length);
    out.write(block.array(), 0, length);
  }

  private void pad() {
    while (block.position() % 4 != 0) {
      block.put((byte) 0);
    }
  }
}
