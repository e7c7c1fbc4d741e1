package io.harp.speaker.membership;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/**
 * ChaCha20-Poly1305 (RFC 8439) for one direction of one connection. The nonce is a counter that
 * both sides keep and nobody sends: a key is used for one direction of one connection only, so none
 * repeats, and a record that is repeated, left out, reordered or changed does not open.
 *
 * <p>Why not AES-GCM: only the JVM's second compiler, which the daemons do without, uses the
 * processor's instructions for it; the first makes it three times as slow as this.
 */
final class Seal {

  private static final String CIPHER = "ChaCha20-Poly1305";

  /** Bytes that sealing adds. */
  static final int OVERHEAD = 16;

  /** Far below what the cipher bears with one key, and 34 years at 1,000 records a second. */
  private static final long MAX_RECORDS = 1L << 40;

  private final int mode;
  private final SecretKey key;
  private final Cipher cipher;
  private final ByteBuffer nonce = ByteBuffer.allocate(12);
  private long count;

  private Seal(int mode, SecretKey key) {
    this.mode = mode;
    this.key = key;
    try {
      this.cipher = Cipher.getInstance(CIPHER);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + CIPHER, e);
    }
  }

  static Seal sealing(SecretKey key) {
    return new Seal(Cipher.ENCRYPT_MODE, key);
  }

  static Seal opening(SecretKey key) {
    return new Seal(Cipher.DECRYPT_MODE, key);
  }

  /**
   * @return bytes written to {@code to} from {@code at} on
   * @throws IOException if a record does not open, or after 2^40 of them
   */
  int apply(byte[] from, int offset, int length, byte[] to, int at) throws IOException {
    if (count == MAX_RECORDS) {
      throw new IOException("this connection's key is used up");
    }
    nonce.putLong(4, count++);
    try {
      cipher.init(mode, key, new IvParameterSpec(nonce.array()));
      return cipher.doFinal(from, offset, length, to, at);
    } catch (GeneralSecurityException e) {
      throw new IOException("a record does not open", e);
    }
  }
}
