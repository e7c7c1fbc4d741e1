package io.harp.controller.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.kube.ApiUnavailable;
import io.netty.handler.ssl.SslContext;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server on real sockets, asked by the JDK's client and by people who send anything. */
@Timeout(30)
class WebhookServerTest {

  private static final CertificateSet FIRST = issued(Optional.empty(), "localhost");

  /** Small, so that a test reaches them soon. */
  private static final Limits SMALL = new Limits(8, 20_000, 50_000, 2, 1_000, 700, 1_500);

  private static final String QUESTION =
      """
      {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-7",
       "kind":{"group":"metallb.io","version":"v1beta1","kind":"IPAddressPool"},
       "operation":"CREATE","namespace":"metallb-system","name":"a","object":{},"oldObject":null}}
      """;

  private final AtomicReference<Optional<SslContext>> tls = new AtomicReference<>(context(FIRST));
  private final CountDownLatch hold = new CountDownLatch(1);
  private final AtomicInteger judging = new AtomicInteger();
  private final WebhookServer server = start();

  private WebhookServer start() {
    try {
      return WebhookServer.start(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          SMALL,
          tls::get,
          new Desk(
              Map.of(
                  "/yes", _ -> Answer.yes(List.of("mind the gap")),
                  "/no", _ -> Answer.no("because"),
                  "/away",
                      _ -> {
                        throw new ApiUnavailable("the API is away");
                      },
                  "/bug",
                      _ -> {
                        throw new IllegalStateException("a bug");
                      },
                  "/slow", _ -> held()),
              new AdmissionMetrics(new PrometheusRegistry())),
          new AdmissionMetrics(new PrometheusRegistry()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void stop() {
    hold.countDown();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void answersInBothVersionsOfHttp(HttpClient.Version version) throws Exception {
    try (HttpClient client = client(version)) {
      HttpResponse<String> yes = post(client, "/yes?timeout=10s", QUESTION);
      assertEquals(version, yes.version());
      assertEquals(200, yes.statusCode());
      assertTrue(yes.body().contains("\"uid\":\"u-7\""), yes.body());
      assertTrue(yes.body().contains("\"allowed\":true"), yes.body());
      assertTrue(yes.body().contains("mind the gap"), yes.body());
      String no = post(client, "/no", QUESTION).body();
      assertTrue(no.contains("\"allowed\":false") && no.contains("because"), no);
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void saysWhatIsWrongWithARequest(HttpClient.Version version) throws Exception {
    try (HttpClient client = client(version)) {
      assertEquals(404, post(client, "/elsewhere", QUESTION).statusCode());
      assertEquals(405, send(client, request("/yes").GET().build()).statusCode());
      assertEquals(
          415,
          send(
                  client,
                  HttpRequest.newBuilder(uri("/yes"))
                      .header("Content-Type", "text/plain")
                      .POST(HttpRequest.BodyPublishers.ofString(QUESTION))
                      .build())
              .statusCode());
      for (String junk :
          List.of("", "{", "[]", "null", "{}", "{\"kind\":7}", "[".repeat(5_000), "\0\1\2")) {
        HttpResponse<String> reply = post(client, "/yes", junk);
        assertEquals(400, reply.statusCode(), junk);
        assertEquals(1, reply.body().lines().count(), reply.body());
      }
      assertEquals(503, post(client, "/away", QUESTION).statusCode());
      assertEquals(500, post(client, "/bug", QUESTION).statusCode());
      assertEquals(200, post(client, "/yes", QUESTION).statusCode());
    }
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aBodyHasABound(HttpClient.Version version) throws Exception {
    try (HttpClient client = client(version)) {
      String padding = " ".repeat(SMALL.bodyBytes() - QUESTION.length());
      assertEquals(200, post(client, "/yes", QUESTION + padding).statusCode());
      assertRefused(client, QUESTION + padding + " ");
      HttpRequest unannounced =
          request("/yes")
              .POST(
                  HttpRequest.BodyPublishers.ofInputStream(
                      () -> new ByteArrayInputStream(new byte[200_000])))
              .build();
      try {
        assertEquals(413, send(client, unannounced).statusCode());
      } catch (IOException e) {
        // Refused while it was still sending.
      }
      assertEquals(200, post(client, "/yes", QUESTION).statusCode());
    }
  }

  @Test
  void requestsUnderWayHaveABound() throws Exception {
    try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
      List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
      for (int i = 0; i < SMALL.requests(); i++) {
        slow.add(client.sendAsync(posted("/slow", QUESTION), HttpResponse.BodyHandlers.ofString()));
      }
      await(() -> judging.get() == SMALL.requests());
      assertEquals(503, post(client, "/yes", QUESTION).statusCode());
      hold.countDown();
      for (var each : slow) {
        assertEquals(200, each.get().statusCode());
      }
      assertEquals(200, post(client, "/yes", QUESTION).statusCode());
    }
  }

  @Test
  void connectionsHaveABound() throws Exception {
    List<SSLSocket> many = new ArrayList<>();
    for (int i = 0; i < SMALL.connections(); i++) {
      SSLSocket socket = connect("http/1.1");
      socket.startHandshake();
      many.add(socket);
    }
    try (SSLSocket more = connect("http/1.1")) {
      assertThrows(IOException.class, more::startHandshake);
    }
    many.getFirst().close();
    await(this::isServed);
    for (SSLSocket socket : many) {
      socket.close();
    }
  }

  /** Slow loris: a header, then a body, that never end. */
  @Test
  void whoTricklesIsCutOff() throws Exception {
    for (String beginning :
        List.of(
            "POST /yes HTTP/1.1\r\nHost: localhost\r\nX-A: ",
            "POST /yes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 5000\r\n\r\n{")) {
      try (SSLSocket socket = connect("http/1.1")) {
        // The patience is for what comes after it: a busy machine needs longer for a handshake.
        socket.startHandshake();
        socket.setSoTimeout(20);
        socket.getOutputStream().write(beginning.getBytes(StandardCharsets.US_ASCII));
        await(() -> isCutOff(socket, true));
      }
    }
    await(this::isServed);
  }

  @Test
  void whoSaysNothingIsCutOff() throws Exception {
    for (String protocol : List.of("http/1.1", "h2")) {
      try (SSLSocket socket = connect(protocol)) {
        socket.startHandshake();
        socket.setSoTimeout(20);
        await(() -> isCutOff(socket, false));
      }
    }
    try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      plain.setSoTimeout(5_000);
      assertEquals(-1, plain.getInputStream().read());
    }
  }

  @Test
  void garbageOfAnyKindHarmsNobody() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 40; i++) {
      byte[] junk = new byte[1 + random.nextInt(3_000)];
      random.nextBytes(junk);
      try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        plain.getOutputStream().write(junk);
      } catch (IOException e) {
        // Cut off while writing.
      }
      try (SSLSocket socket = connect(i % 2 == 0 ? "http/1.1" : "h2")) {
        if (i % 4 == 1) {
          socket
              .getOutputStream()
              .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        socket.getOutputStream().write(junk);
        socket.getOutputStream().flush();
      } catch (IOException e) {
        // Cut off while writing.
      }
    }
    await(this::isServed);
  }

  @Test
  void whoDoesNotWaitForHisAnswerIsCutOff() throws Exception {
    try (SSLSocket socket = connect("http/1.1")) {
      String request =
          "POST /slow HTTP/1.1\r\n"
              + "Host: localhost\r\n"
              + "Content-Type: application/json\r\n"
              + "Content-Length: "
              + QUESTION.length()
              + "\r\n\r\n"
              + QUESTION;
      socket.getOutputStream().write((request + request).getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(5_000);
      assertEquals(-1, readOrEnd(socket.getInputStream()));
    }
    hold.countDown();
    await(this::isServed);
  }

  @Test
  void aNewCertificateIsServedWithoutDroppingARequest() throws Exception {
    CertificateSet second = issued(Optional.of(FIRST), "localhost", "other");
    assertNotEquals(FIRST.serving(), second.serving());
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    try (HttpClient kept = client(HttpClient.Version.HTTP_2)) {
      CompletableFuture<Void> traffic =
          CompletableFuture.runAsync(() -> {
            while (!stop.get()) {
              try {
                assertEquals(200, post(kept, "/yes", QUESTION).statusCode());
                try (HttpClient fresh = client(HttpClient.Version.HTTP_1_1)) {
                  assertEquals(200, post(fresh, "/yes", QUESTION).statusCode());
                }
                answered.incrementAndGet();
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            }
          });
      await(() -> answered.get() > 3 || traffic.isDone());
      assertEquals(FIRST.serving(), served());
      tls.set(context(second));
      int before = answered.get();
      await(() -> answered.get() > before + 3 || traffic.isDone());
      assertEquals(second.serving(), served());
      stop.set(true);
      traffic.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void withoutACertificateNobodyIsKeptWaiting() throws Exception {
    tls.set(Optional.empty());
    try (SSLSocket socket = connect("h2")) {
      assertThrows(IOException.class, socket::startHandshake);
    }
    tls.set(context(FIRST));
    await(this::isServed);
  }

  private Answer held() {
    judging.incrementAndGet();
    try {
      hold.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Answer.YES;
  }

  private void assertRefused(HttpClient client, String body) throws Exception {
    try {
      assertEquals(413, post(client, "/yes", body).statusCode());
    } catch (IOException e) {
      // The connection went while the client was still sending.
    }
  }

  private boolean isServed() {
    try (HttpClient client = client(HttpClient.Version.HTTP_2)) {
      return post(client, "/yes", QUESTION).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate served() throws IOException {
    try (SSLSocket socket = connect("http/1.1")) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static boolean isCutOff(SSLSocket socket, boolean trickle) {
    try {
      if (trickle) {
        socket.getOutputStream().write('a');
      }
      while (socket.getInputStream().read() >= 0) {
        // The server's own settings and farewell.
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static int readOrEnd(InputStream in) {
    try {
      return in.read();
    } catch (IOException e) {
      return -1;
    }
  }

  private SSLSocket connect(String protocol) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            trusting()
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), server.port());
    var parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {protocol});
    socket.setSSLParameters(parameters);
    return socket;
  }

  private HttpResponse<String> post(HttpClient client, String path, String body)
      throws IOException, InterruptedException {
    return send(client, posted(path, body));
  }

  private HttpRequest posted(String path, String body) {
    return request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).header("Content-Type", "application/json");
  }

  private URI uri(String path) {
    return URI.create("https://localhost:" + server.port() + path);
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().version(version).sslContext(trusting()).build();
  }

  private static Optional<SslContext> context(CertificateSet set) {
    try {
      return Optional.of(Tls.context(set));
    } catch (SSLException e) {
      throw new AssertionError(e);
    }
  }

  private static CertificateSet issued(Optional<CertificateSet> before, String... names) {
    return new Authority(List.of(names)).next(before, Instant.now());
  }

  private static SSLContext trusting() {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("ca", FIRST.authorities().getFirst());
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + 15_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "it did not happen in 15 s");
      Thread.sleep(5);
    }
  }
}
