package io.harp.speaker.membership;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * The first bytes on a connection: both sides prove that they know the secret before JGroups sees
 * the connection at all.
 *
 * <pre>
 * server: "HARP" version(1) nonce(32)
 * client: "HARP" version(1) nonce(32) proof(32)
 * server: proof(32)
 * </pre>
 *
 * The client proves first, so that who knows nothing learns nothing. A proof covers both nonces and
 * names the role, so it can neither be repeated on another connection nor thrown back.
 */
final class Handshake {

  static final byte VERSION = 1;

  private static final byte[] MAGIC = "HARP".getBytes(StandardCharsets.US_ASCII);
  private static final int HELLO = MAGIC.length + 1 + 32;
  private static final int PROOF = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** What both sides send with, once they believe each other. */
  record Keys(Seal out, Seal in) {}

  /** Why a connection was refused; the message can be shown as it is. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why);
    }
  }

  /** The other side closed the connection before it said anything, or never did. */
  static final class NothingSaid extends IOException {
    private static final long serialVersionUID = 1;

    NothingSaid(Throwable cause) {
      super("it said nothing", cause);
    }
  }

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final GroupKey key;
  private final long deadlineNs;
  private boolean heard;

  /**
   * @param timeoutMs for the whole of it, however slowly the other side drips its bytes
   */
  Handshake(Socket socket, InputStream in, OutputStream out, GroupKey key, int timeoutMs) {
    this.socket = socket;
    this.in = in;
    this.out = out;
    this.key = key;
    this.deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
  }

  /**
   * @throws NothingSaid if the other side only looked whether somebody listens here
   */
  Keys asServer() throws IOException {
    try {
      return proven();
    } catch (IOException e) {
      throw heard ? e : new NothingSaid(e);
    }
  }

  private Keys proven() throws IOException {
    byte[] mine = hello();
    out.write(mine);
    out.flush();
    byte[] theirs = readHello();
    byte[] transcript = concat(mine, theirs);
    verify("client", transcript);
    out.write(key.proof("server", transcript));
    out.flush();
    return new Keys(
        Seal.sealing(key.session("server", transcript)),
        Seal.opening(key.session("client", transcript)));
  }

  Keys asClient() throws IOException {
    byte[] theirs = readHello();
    byte[] mine = hello();
    byte[] transcript = concat(theirs, mine);
    out.write(concat(mine, key.proof("client", transcript)));
    out.flush();
    verify("server", transcript);
    return new Keys(
        Seal.sealing(key.session("client", transcript)),
        Seal.opening(key.session("server", transcript)));
  }

  private void verify(String role, byte[] transcript) throws IOException {
    if (!MessageDigest.isEqual(key.proof(role, transcript), read(PROOF))) {
      throw new Refused("it has another secret");
    }
  }

  private byte[] readHello() throws IOException {
    byte[] hello = read(HELLO);
    if (!MessageDigest.isEqual(MAGIC, Arrays.copyOf(hello, MAGIC.length))) {
      throw new Refused("it is no speaker");
    }
    if (hello[MAGIC.length] != VERSION) {
      throw new Refused(
          "it speaks version " + hello[MAGIC.length] + ", this speaker version " + VERSION);
    }
    return hello;
  }

  private byte[] read(int length) throws IOException {
    byte[] bytes = new byte[length];
    for (int have = 0; have < length; ) {
      long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        throw new SocketTimeoutException("it said too little in time");
      }
      socket.setSoTimeout((int) leftMs);
      int n = in.read(bytes, have, length - have);
      if (n < 0) {
        throw new EOFException("it closed the connection: perhaps it has another secret");
      }
      have += n;
      heard = true;
    }
    socket.setSoTimeout(0);
    return bytes;
  }

  private static byte[] hello() {
    byte[] nonce = new byte[32];
    RANDOM.nextBytes(nonce);
    return ByteBuffer.allocate(HELLO).put(MAGIC).put(VERSION).put(nonce).array();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }
}
