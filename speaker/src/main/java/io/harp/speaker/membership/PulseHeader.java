package io.harp.speaker.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.Supplier;
import org.jgroups.Address;
import org.jgroups.Header;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

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

  /** Somebody is silent, who and for how long. */
  static final byte SILENT = 4;

  /** The same, and its host is there. */
  static final byte PAUSED = 5;

  private byte type;
  private int number;
  private @Nullable Address about;

  /** For JGroups, which fills it in. */
  public PulseHeader() {}

  private PulseHeader(byte type, int number, @Nullable Address about) {
    this.type = type;
    this.number = number;
    this.about = about;
  }

  static PulseHeader beat() {
    return new PulseHeader(BEAT, 0, null);
  }

  static PulseHeader ask(int question) {
    return new PulseHeader(ASK, question, null);
  }

  static PulseHeader answer(boolean inView, int question) {
    return new PulseHeader(inView ? HERE : APART, question, null);
  }

  static PulseHeader silent(Address member, long forMs, boolean hostThere) {
    return new PulseHeader(
        hostThere ? PAUSED : SILENT, (int) Math.min(forMs, Integer.MAX_VALUE), member);
  }

  byte type() {
    return type;
  }

  /** The number of a question, with the question and with its answer. */
  int question() {
    return number;
  }

  /** Milliseconds of {@link #SILENT} and {@link #PAUSED}. */
  int forMs() {
    return number;
  }

  /** The member of {@link #SILENT} and {@link #PAUSED}; null with the others. */
  @Nullable Address about() {
    return about;
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
    return Byte.BYTES + Integer.BYTES + (isAbout() ? Util.size(about) : 0);
  }

  @Override
  public void writeTo(DataOutput out) throws IOException {
    out.writeByte(type);
    out.writeInt(number);
    if (isAbout()) {
      Util.writeAddress(about, out);
    }
  }

  @Override
  public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
    type = in.readByte();
    number = in.readInt();
    about = isAbout() ? Util.readAddress(in) : null;
  }

  private boolean isAbout() {
    return type == SILENT || type == PAUSED;
  }
}
