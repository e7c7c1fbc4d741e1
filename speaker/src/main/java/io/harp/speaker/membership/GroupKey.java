package io.harp.speaker.membership;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * What the shared secret of the speakers is good for: proving that one knows it, and keys for one
 * connection. The secret itself is not kept, and nothing here prints it.
 *
 * <p>Without a secret everything works the same with a key that everybody can compute. That keeps
 * accidents out, port scanners and half-open connections, but no attacker.
 */
public final class GroupKey {

  /** Bytes. A shorter secret could be guessed offline from one recorded connection. */
  public static final int MIN_SECRET = 16;

  /**
   * The number changes with whatever follows the proof, so that no two ever talk past each other.
   */
  private static final byte[] SALT = "harp membership 2".getBytes(StandardCharsets.US_ASCII);

  private final SecretKey root;
  private final boolean secret;

  private GroupKey(byte[] material, boolean secret) {
    this.root = derive(material, SALT, "root");
    this.secret = secret;
  }

  /**
   * @param secret what only speakers know, at least {@link #MIN_SECRET} bytes of any form
   */
  public static GroupKey of(byte[] secret) {
    if (secret.length < MIN_SECRET) {
      throw new IllegalArgumentException(
          "the membership secret has "
              + secret.length
              + " bytes, it must have at least "
              + MIN_SECRET);
    }
    return new GroupKey(secret, true);
  }

  /** The key of those who share no secret. */
  public static GroupKey open() {
    return new GroupKey("no secret".getBytes(StandardCharsets.US_ASCII), false);
  }

  /** Whether strangers are kept out. */
  public boolean isSecret() {
    return secret;
  }

  /** Shows that its maker knows the secret and means this very connection, in this very role. */
  byte[] proof(String role, byte[] transcript) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(expand("proof " + role, SALT));
      return mac.doFinal(transcript);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  /** The key for one direction of one connection. */
  SecretKey session(String direction, byte[] transcript) {
    return expand("session " + direction, transcript);
  }

  private SecretKey expand(String use, byte[] salt) {
    byte[] encoded = root.getEncoded();
    return derive(encoded, salt, use);
  }

  private static SecretKey derive(byte[] material, byte[] salt, String use) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "ChaCha20",
              HKDFParameterSpec.ofExtract()
                  .addIKM(material)
                  .addSalt(salt)
                  .thenExpand(use.getBytes(StandardCharsets.US_ASCII), 32));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HKDF-SHA256", e);
    }
  }

  @Override
  public String toString() {
    return secret ? "secret" : "no secret";
  }
}
