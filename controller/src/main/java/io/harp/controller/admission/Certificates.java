package io.harp.controller.admission;

import io.harp.controller.status.WebhookSecret;
import io.harp.controller.status.WebhookSecret.Stored;
import io.harp.controller.status.WebhookTrust;
import io.harp.kube.ApiUnavailable;
import io.harp.loop.Clock;
import io.netty.handler.ssl.SslContext;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps three things in step: the Secret, the CA the API server trusts, and what we serve with. One
 * replica, the leader, writes; all read. The order is always trust first, then serve, so a caller
 * never meets a certificate he cannot check.
 *
 * <p>Looks whenever it is poked and every ten minutes. What fails is tried again for ever, after
 * 0.5 s at first, later every 30 s.
 */
final class Certificates implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Certificates.class);

  private static final long REGULAR_MS = 600_000;
  private static final long FIRST_PAUSE_MS = 500;
  private static final long LONGEST_PAUSE_MS = 30_000;

  /** An API server hears of a change of a configuration by its watch. */
  private static final long SPREADING_MS = 500;

  /** Between the trust in a new authority and the first certificate it signs. */
  private static final long NEW_AUTHORITY_MS = 60_000;

  private final WebhookSecret secret;
  private final WebhookTrust trust;
  private final Authority authority;
  private final boolean rotates;
  private final BooleanSupplier leads;
  private final Clock clock;
  private final AdmissionMetrics metrics;
  private final Semaphore pokes = new Semaphore(0);
  private final Thread thread;
  private volatile @Nullable SslContext context;
  private volatile String complaint = "the certificate has not been read yet";
  private @Nullable X509Certificate serving;
  private @Nullable CertificateSet known;

  /**
   * @param rotates false if somebody else fills the Secret and the configuration
   * @param leads whether this replica is the one that writes
   */
  Certificates(
      WebhookSecret secret,
      WebhookTrust trust,
      Authority authority,
      boolean rotates,
      BooleanSupplier leads,
      Clock clock,
      AdmissionMetrics metrics) {
    this.secret = secret;
    this.trust = trust;
    this.authority = authority;
    this.rotates = rotates;
    this.leads = leads;
    this.clock = clock;
    this.metrics = metrics;
    this.thread = Thread.ofVirtual().name("certificates").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** What new connections are served with; empty while there is nothing. */
  Optional<SslContext> context() {
    return Optional.ofNullable(context);
  }

  /** Why the API server could not call us now; empty if it can. */
  Optional<String> complaint() {
    return complaint.isEmpty() ? Optional.empty() : Optional.of(complaint);
  }

  /** Something may have changed. */
  void poke() {
    pokes.release();
  }

  private void run() {
    long pause = FIRST_PAUSE_MS;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        pokes.drainPermits();
        long wait;
        try {
          wait = round();
          pause = FIRST_PAUSE_MS;
        } catch (ApiUnavailable | SSLException e) {
          complain(String.valueOf(e.getMessage()));
          wait = pause;
          pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
        }
        pokes.tryAcquire(wait, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Goes one step; the milliseconds until the next. */
  private long round() throws SSLException, InterruptedException {
    Optional<Stored> stored = secret.read();
    Optional<CertificateSet> there = stored.flatMap(s -> CertificateSet.of(s.data()));
    if (!rotates) {
      if (there.isEmpty()) {
        complain("Secret " + secret.name() + " has no tls.crt and tls.key that fit together");
        return FIRST_PAUSE_MS;
      }
      serve(there.get());
      return REGULAR_MS;
    }
    Instant now = Instant.ofEpochMilli(clock.wallMs());
    CertificateSet wanted = wanted(stored.isPresent(), there, now);
    boolean mayWrite = leads.getAsBoolean();
    boolean newAuthority =
        there.isPresent() && !there.get().authorities().equals(wanted.authorities());
    if (there.isEmpty() || !wanted.equals(there.get())) {
      if (!mayWrite) {
        there.ifPresent(set -> known = set);
        if (there.isEmpty() || context == null) {
          complain("waiting for the leader to write Secret " + secret.name());
          return FIRST_PAUSE_MS;
        }
        return LONGEST_PAUSE_MS;
      }
      if (!secret.write(stored, wanted.data())) {
        return FIRST_PAUSE_MS;
      }
      log.info(
          "Secret {} written: certificate until {}, {} authorities",
          secret.name(),
          wanted.serving().getNotAfter().toInstant(),
          wanted.authorities().size());
    }
    known = wanted;
    return trusted(wanted, mayWrite, newAuthority);
  }

  /**
   * A Secret that was deleted gets back what it had, so nobody has to learn a new authority. One
   * that lost its certificate, as by a person who wants another, gets another.
   */
  private CertificateSet wanted(boolean stored, Optional<CertificateSet> there, Instant now) {
    CertificateSet before = known;
    if (there.isPresent() || before == null) {
      return authority.next(there, now);
    }
    return authority.next(Optional.of(stored ? authority.reissued(before, now) : before), now);
  }

  private long trusted(CertificateSet set, boolean mayWrite, boolean newAuthority)
      throws SSLException, InterruptedException {
    switch (trust.establish(set.bundle(), mayWrite)) {
      case TRUSTED -> {}
      case WRITTEN -> {
        log.info("the webhook configurations trust the CA of Secret {}", secret.name());
        Thread.sleep(SPREADING_MS);
      }
      case BEHIND -> {
        // Served all the same: the leader may be of a version that does not know a configuration
        // this one brings, and is only replaced once this one is ready.
        serve(set);
        return FIRST_PAUSE_MS;
      }
    }
    serve(set);
    return newAuthority ? NEW_AUTHORITY_MS : REGULAR_MS;
  }

  private void serve(CertificateSet set) throws SSLException {
    if (!set.serving().equals(serving)) {
      context = Tls.context(set);
      serving = set.serving();
      metrics.certificateEnds(set.serving().getNotAfter().toInstant());
      log.info("serving with certificate {}", set.serving().getSerialNumber().toString(16));
    }
    complaint = "";
  }

  private void complain(String what) {
    if (!what.equals(complaint)) {
      log.warn("webhook certificate: {}", what);
    }
    // What is served already goes on.
    complaint = context == null ? what : "";
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
