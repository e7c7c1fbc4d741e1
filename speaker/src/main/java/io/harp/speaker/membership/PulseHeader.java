package io.harp.speaker.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.Supplier;
import org.jgroups.Header;

/** What {@link Pulse} says to its like. */
public final class PulseHeader extends Header {

  static final short MAGIC = 1701;

  /** A heartbeat. */
  static final byte BEAT = 0;

  /** Are you there? */
  static final byte ASK = 1;

  /** I am, and you are in my view. */
  static final byte HERE = 2;

  /** I am, but you are not in my view. */
  static final byte APART = 3;

  private byte type;
  private int question;

  /** For JGroups, which fills it in. */
  public PulseHeader() {}

  PulseHeader(byte type, int question) {
    this.type = type;
    this.question = question;
  }

  byte type() {
    return type;
  }

  int question() {
    return question;
  }

  @Override
  public short getMagicId() {
    return MAGIC;
  }

  @Override
  public Supplier<? extends Header> create() {
    return PulseHeader::new;
  }

  @Override
  public int serializedSize() {
    return Byte.BYTES + Integer.BYTES;
  }

  @Override
  public void writeTo(DataOutput out) throws IOException {
    out.writeByte(type);
    out.writeInt(question);
  }

  @Override
  public void readFrom(DataInput in) throws IOException {
    type = in.readByte();
    question = in.readInt();
  }
}
