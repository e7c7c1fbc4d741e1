package io.harp.controller.admission;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/**
 * What the Secret of the webhooks holds, under MetalLB's keys, so that its Secret goes on working.
 *
 * @param authorities {@code ca.crt}: who may have signed; the first one is the newest, and signs
 * @param authorityKey {@code ca.key}: of the first authority; absent if somebody else signs
 * @param chain {@code tls.crt}: the serving certificate first
 * @param key {@code tls.key}
 */
record CertificateSet(
    List<X509Certificate> authorities,
    Optional<PrivateKey> authorityKey,
    List<X509Certificate> chain,
    PrivateKey key) {

  static final String CA = "ca.crt";
  static final String CA_KEY = "ca.key";
  static final String CERTIFICATE = "tls.crt";
  static final String KEY = "tls.key";

  CertificateSet {
    authorities = List.copyOf(authorities);
    chain = List.copyOf(chain);
  }

  X509Certificate serving() {
    return chain.getFirst();
  }

  /** Reads a Secret's data; empty if a part is missing or cannot be read. */
  static Optional<CertificateSet> of(Map<String, byte[]> data) {
    try {
      List<X509Certificate> chain = certificates(data.get(CERTIFICATE));
      Optional<PrivateKey> key = key(data.get(KEY));
      return chain.isEmpty() || key.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new CertificateSet(
                  certificates(data.get(CA)), key(data.get(CA_KEY)), chain, key.get()));
    } catch (IOException | CertificateException | RuntimeException e) {
      // Whatever a person put there: it is no certificate we can serve.
      return Optional.empty();
    }
  }

  /** The Secret's data. */
  Map<String, byte[]> data() {
    Map<String, byte[]> data = new LinkedHashMap<>();
    data.put(CA, pem(authorities));
    authorityKey.ifPresent(k -> data.put(CA_KEY, pem(List.of(k))));
    data.put(CERTIFICATE, pem(chain));
    data.put(KEY, pem(List.of(key)));
    return data;
  }

  /** {@code ca.crt}, as a webhook's {@code caBundle} wants it. */
  byte[] bundle() {
    return pem(authorities);
  }

  private static List<X509Certificate> certificates(byte @org.jspecify.annotations.Nullable [] pem)
      throws IOException, CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    if (pem != null) {
      PEMParser parser = parser(pem);
      for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
        if (each instanceof X509CertificateHolder holder) {
          certificates.add(new JcaX509CertificateConverter().getCertificate(holder));
        }
      }
    }
    return certificates;
  }

  private static Optional<PrivateKey> key(byte @org.jspecify.annotations.Nullable [] pem)
      throws IOException {
    if (pem == null) {
      return Optional.empty();
    }
    JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
    return switch (parser(pem).readObject()) {
      case PrivateKeyInfo pkcs8 -> Optional.of(converter.getPrivateKey(pkcs8));
      case PEMKeyPair pkcs1 -> Optional.of(converter.getKeyPair(pkcs1).getPrivate());
      case null, default -> Optional.empty();
    };
  }

  private static PEMParser parser(byte[] pem) {
    return new PEMParser(new StringReader(new String(pem, StandardCharsets.US_ASCII)));
  }

  private static byte[] pem(List<?> objects) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      for (Object object : objects) {
        writer.writeObject(
            object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
