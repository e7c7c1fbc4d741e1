package io.harp.speaker.protocol;

import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Ping;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Pong;
import io.harp.speaker.protocol.Message.Report;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Messages as bytes: one byte of version, one of kind, then the fields in the order of their
 * records. {@link Writer} and {@link Reader} know the fields; this class knows versions and kinds.
 */
public final class Codec {

  /**
   * Speakers of another version refuse each other's messages; a change that an older speaker cannot
   * do without counts it up. Other changes add fields behind those of a record, at most {@link
   * #MAX_ADDED} bytes of them: an older speaker reads what it knows and leaves the rest.
   */
  public static final int VERSION = 2;

  /** Bytes behind the end of a known record that a newer speaker may have written. */
  public static final int MAX_ADDED = 256;

  private static volatile int added;

  private Codec() {}

  /**
   * From now on writes as a newer speaker could, with so many bytes more. For tests of a rollout.
   */
  public static void speakAsNewer(int addedBytes) {
    added = addedBytes;
  }

  public static byte[] encode(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try {
      Writer writer = new Writer(new DataOutputStream(bytes));
      writer.out.writeByte(VERSION);
      switch (message) {
        case Ping m -> writer.kind(1).view(m.view()).out.writeLong(m.sentAtMs());
        case Pong m -> writer.kind(2).view(m.view()).out.writeLong(m.sentAtMs());
        case Report m -> writer.kind(3).report(m);
        case Plan m -> writer.kind(4).plan(m);
        case Facts m -> writer.kind(5).facts(m);
      }
      writer.out.write(new byte[added]);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws Unreadable for anything {@link #encode} of this version did not make
   */
  public static Message decode(byte[] bytes) throws Unreadable {
    try {
      Reader reader = new Reader(new DataInputStream(new ByteArrayInputStream(bytes)));
      int version = reader.in.readUnsignedByte();
      if (version != VERSION) {
        throw new Unreadable("message version " + version + ", this speaker reads " + VERSION);
      }
      int kind = reader.in.readUnsignedByte();
      Message message =
          switch (kind) {
            case 1 -> new Ping(reader.view(), reader.in.readLong());
            case 2 -> new Pong(reader.view(), reader.in.readLong());
            case 3 -> reader.report();
            case 4 -> reader.plan();
            case 5 -> reader.facts();
            default -> throw new Unreadable("message kind " + kind);
          };
      if (reader.in.available() > MAX_ADDED) {
        throw new Unreadable("bytes behind the end of a message");
      }
      return message;
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new Unreadable("not a message: " + e.getMessage(), e);
    }
  }
}
