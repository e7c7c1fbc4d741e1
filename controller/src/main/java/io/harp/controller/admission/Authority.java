package io.harp.controller.admission;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Says which certificates there should be, step by step.
 *
 * <p>A new authority is first only added to those that are trusted; what it signs comes in the next
 * step. So nobody ever meets a certificate whose signer he does not know yet. The lifetimes are
 * MetalLB's: an authority lives 10 years and is replaced 2 years before its end, a serving
 * certificate 1 year and 90 days.
 */
final class Authority {

  static final Duration AUTHORITY_LIFE = Duration.ofDays(3653);
  static final Duration AUTHORITY_RENEWAL = Duration.ofDays(730);
  static final Duration SERVING_LIFE = Duration.ofDays(365);
  static final Duration SERVING_RENEWAL = Duration.ofDays(90);

  /** Clocks of a cluster differ. */
  private static final Duration BACKDATED = Duration.ofHours(1);

  private static final int MOST_AUTHORITIES = 3;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final List<String> names;

  /**
   * @param names the DNS names the API server may call us by; the first one is the subject
   */
  Authority(List<String> names) {
    this.names = List.copyOf(names);
  }

  /** The names of a Service in its cluster. */
  static Authority ofService(String service, String namespace) {
    String name = service + "." + namespace + ".svc";
    return new Authority(List.of(name, name + ".cluster.local", service + "." + namespace));
  }

  /**
   * What should be there now: {@code current} itself if it is fine.
   *
   * @param current what is there, if it can be read
   */
  CertificateSet next(Optional<CertificateSet> current, Instant now) {
    if (current.isEmpty() || !canSign(current.get(), now)) {
      return renewed(current.map(c -> alive(c.authorities(), now)).orElse(List.of()), now);
    }
    CertificateSet set = current.get();
    if (ends(set.authorities().getFirst(), now, AUTHORITY_RENEWAL) && isSound(set, now)) {
      return withNewAuthority(set, now);
    }
    return isSound(set, now) && isSigned(set.serving(), set.authorities().getFirst())
        ? set
        : issued(set.authorities(), set.authorityKey().orElseThrow(), now);
  }

  /** Another serving certificate of the same authority. */
  CertificateSet reissued(CertificateSet set, Instant now) {
    return canSign(set, now)
        ? issued(set.authorities(), set.authorityKey().orElseThrow(), now)
        : next(Optional.of(set), now);
  }

  /**
   * Whether clients that trust the set's authorities accept its serving certificate for a while.
   */
  private boolean isSound(CertificateSet set, Instant now) {
    return !ends(set.serving(), now, SERVING_RENEWAL)
        && set.serving().getNotBefore().toInstant().isBefore(now)
        && dnsNames(set.serving()).containsAll(names)
        && set.authorities().stream().anyMatch(a -> isSigned(set.serving(), a));
  }

  private static boolean canSign(CertificateSet set, Instant now) {
    return set.authorityKey().isPresent()
        && !set.authorities().isEmpty()
        && !ends(set.authorities().getFirst(), now, SERVING_LIFE)
        && belongs(set.authorityKey().get(), set.authorities().getFirst());
  }

  private CertificateSet renewed(List<X509Certificate> older, Instant now) {
    KeyPair keys = keys();
    List<X509Certificate> authorities = new ArrayList<>(List.of(authority(keys, now)));
    authorities.addAll(older);
    return issued(
        authorities.subList(0, Math.min(MOST_AUTHORITIES, authorities.size())),
        keys.getPrivate(),
        now);
  }

  private static CertificateSet withNewAuthority(CertificateSet set, Instant now) {
    KeyPair keys = keys();
    List<X509Certificate> authorities = new ArrayList<>(List.of(authority(keys, now)));
    authorities.addAll(alive(set.authorities(), now));
    return new CertificateSet(
        authorities.subList(0, Math.min(MOST_AUTHORITIES, authorities.size())),
        Optional.of(keys.getPrivate()),
        set.chain(),
        set.key());
  }

  private CertificateSet issued(
      List<X509Certificate> authorities, PrivateKey authorityKey, Instant now) {
    KeyPair keys = keys();
    X509Certificate issuer = authorities.getFirst();
    return new CertificateSet(
        authorities,
        Optional.of(authorityKey),
        List.of(serving(keys, issuer, authorityKey, now)),
        keys.getPrivate());
  }

  private static X509Certificate authority(KeyPair keys, Instant now) {
    BigInteger serial = serial();
    // A distinct name for each, or a client would try the wrong one of two with equal names.
    X500Principal name =
        new X500Principal("CN=metallb-webhook-ca-" + serial.toString(16) + ", O=metallb");
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              serial,
              Date.from(now.minus(BACKDATED)),
              Date.from(now.plus(AUTHORITY_LIFE)),
              name,
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(
          Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      builder.addExtension(
          Extension.subjectKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
      return signed(builder, keys.getPrivate());
    } catch (CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  private X509Certificate serving(
      KeyPair keys, X509Certificate issuer, PrivateKey issuerKey, Instant now) {
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              issuer.getSubjectX500Principal(),
              serial(),
              Date.from(now.minus(BACKDATED)),
              Date.from(now.plus(SERVING_LIFE)),
              new X500Principal("CN=" + common(names.getFirst())),
              keys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
      builder.addExtension(
          Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
      builder.addExtension(
          Extension.subjectAlternativeName,
          false,
          new GeneralNames(
              names.stream()
                  .map(n -> new GeneralName(GeneralName.dNSName, n))
                  .toArray(GeneralName[]::new)));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(issuer));
      return signed(builder, issuerKey);
    } catch (CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException("every JDK can do this", e);
    }
  }

  private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "Ed25519", "EdDSA" -> "Ed25519";
          default -> "SHA256withECDSA";
        };
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static List<X509Certificate> alive(List<X509Certificate> authorities, Instant now) {
    return authorities.stream().filter(a -> a.getNotAfter().toInstant().isAfter(now)).toList();
  }

  private static boolean ends(X509Certificate certificate, Instant now, Duration within) {
    return certificate.getNotAfter().toInstant().isBefore(now.plus(within));
  }

  private static boolean isSigned(X509Certificate certificate, X509Certificate authority) {
    try {
      certificate.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Whether a private key is that of a certificate: what one signs the other verifies. */
  private static boolean belongs(PrivateKey key, X509Certificate certificate) {
    try {
      KeyPair pair = new KeyPair(certificate.getPublicKey(), key);
      X500Principal name = new X500Principal("CN=probe");
      var builder =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.ONE,
              Date.from(Instant.EPOCH),
              Date.from(Instant.EPOCH),
              name,
              pair.getPublic());
      return isSigned(signed(builder, key), certificate);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static List<String> dnsNames(X509Certificate certificate) {
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      return all == null ? List.of() : all.stream().map(n -> String.valueOf(n.get(1))).toList();
    } catch (GeneralSecurityException e) {
      return List.of();
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has P-256", e);
    }
  }

  /** RFC 5280, 4.1.2.2: positive, at most 20 octets. */
  private static BigInteger serial() {
    return new BigInteger(127, RANDOM).add(BigInteger.ONE);
  }

  /** RFC 5280, A.1: at most 64 characters. Clients look at the alternative names only. */
  private static String common(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64);
  }
}
