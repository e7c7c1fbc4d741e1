package io.harp.controller.admission;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuthorityTest {

  private static final Instant NOW = Instant.parse("2026-11-23T00:00:00Z");

  private final Authority authority = Authority.ofService("webhook", "metallb-system");
  private final CertificateSet first = authority.next(Optional.empty(), NOW);

  @Test
  void issuesACertificateForTheService() throws Exception {
    X509Certificate serving = first.serving();
    assertTrue(
        serving.getSubjectAlternativeNames().stream()
            .anyMatch(n -> n.get(1).equals("webhook.metallb-system.svc")));
    assertEquals(List.of("1.3.6.1.5.5.7.3.1"), serving.getExtendedKeyUsage());
    serving.verify(first.authorities().getFirst().getPublicKey());
    assertEquals(
        NOW.plus(Authority.SERVING_LIFE).getEpochSecond(),
        serving.getNotAfter().toInstant().getEpochSecond());
  }

  @Test
  void survivesTheSecret() {
    assertEquals(first, CertificateSet.of(first.data()).orElseThrow());
  }

  @Test
  void leavesAloneWhatIsFine() {
    assertSame(first, authority.next(Optional.of(first), NOW.plus(Duration.ofDays(274))));
  }

  @Test
  void renewsNinetyDaysAheadUnderTheSameAuthority() {
    CertificateSet next = authority.next(Optional.of(first), NOW.plus(Duration.ofDays(276)));
    assertNotEquals(first.serving(), next.serving());
    assertEquals(first.authorities(), next.authorities());
  }

  @Test
  void aNewAuthorityIsTrustedBeforeItSigns() {
    Instant late = NOW.plus(Authority.AUTHORITY_LIFE).minus(Duration.ofDays(729));
    CertificateSet fresh = authority.next(Optional.of(first), late);
    assertNotEquals(first.serving(), fresh.serving());
    assertEquals(first.authorities(), fresh.authorities());

    CertificateSet trusted = authority.next(Optional.of(fresh), late);
    assertEquals(fresh.serving(), trusted.serving());
    assertEquals(2, trusted.authorities().size());
    assertEquals(first.authorities().getFirst(), trusted.authorities().get(1));

    CertificateSet moved = authority.next(Optional.of(trusted), late);
    assertEquals(trusted.authorities(), moved.authorities());
    assertDoesNotThrow(() -> moved.serving().verify(moved.authorities().getFirst().getPublicKey()));
    assertSame(moved, authority.next(Optional.of(moved), late));
  }

  @Test
  void anotherServiceNeedsAnotherCertificateButNoOtherAuthority() {
    CertificateSet next =
        Authority.ofService("other", "metallb-system").next(Optional.of(first), NOW);
    assertEquals(first.authorities(), next.authorities());
    assertNotEquals(first.serving(), next.serving());
  }

  @Test
  void whatAPersonBrokeIsMadeAnew() {
    for (String part : first.data().keySet()) {
      for (byte[] junk : List.of(new byte[0], "nonsense".getBytes(StandardCharsets.UTF_8))) {
        Map<String, byte[]> data = new HashMap<>(first.data());
        data.put(part, junk);
        CertificateSet next = authority.next(CertificateSet.of(data), NOW);
        assertEquals(next, authority.next(Optional.of(next), NOW), part);
      }
    }
  }

  @Test
  void aKeyOfAnotherAuthorityIsNotUsed() {
    CertificateSet other = authority.next(Optional.empty(), NOW);
    CertificateSet mixed =
        new CertificateSet(first.authorities(), other.authorityKey(), first.chain(), first.key());
    CertificateSet next = authority.next(Optional.of(mixed), NOW);
    assertNotEquals(first.authorities().getFirst(), next.authorities().getFirst());
    assertTrue(next.authorities().contains(first.authorities().getFirst()));
  }
}
