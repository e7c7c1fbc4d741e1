package io.harp.e2e.agent;

import io.harp.e2e.agent.FaultSchedule.Fault;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A way to the API server on which requests meet faults: HTTP/1.1 in clear text on loopback, TLS
 * from there on. Each request takes a connection of its own to the server, so that an answer ends
 * where its connection does and nothing of it needs to be understood.
 *
 * <p>{@code seed N} begins a schedule, {@code calm} ends all faults. It reports each as {@code
 * fault KIND METHOD PATH}. A request that is the death of its sender is held, to be killed with it.
 */
final class Detour {

  private static final int LONGEST_HEAD = 64 * 1024;

  private final SocketFactory tls;
  private final String host;
  private final int port;
  private final Consumer<String> say;
  private volatile FaultSchedule schedule;
  private volatile boolean calm = true;

  private Detour(SocketFactory tls, String host, int port, Consumer<String> say) {
    this.tls = tls;
    this.host = host;
    this.port = port;
    this.say = say;
    this.schedule = new FaultSchedule(0);
  }

  /** What a request says before its body. */
  private record Head(String text) {

    static Head read(InputStream in) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int end = 0; // how much of CR LF CR LF was seen
      while (end < 4 && bytes.size() < LONGEST_HEAD) {
        int octet = in.read();
        if (octet < 0) {
          throw new IOException("the connection ended");
        }
        bytes.write(octet);
        end = octet == (end % 2 == 0 ? '\r' : '\n') ? end + 1 : octet == '\r' ? 1 : 0;
      }
      return new Head(bytes.toString(StandardCharsets.ISO_8859_1));
    }

    String method() {
      return text.substring(0, text.indexOf(' '));
    }

    String target() {
      return text.split(" ", 3)[1];
    }

    String path() {
      return target().replaceAll("\\?.*", "");
    }

    boolean watches() {
      return target().contains("watch=true");
    }

    int bodyLength() {
      return text.lines()
          .filter(l -> l.toLowerCase(Locale.ROOT).startsWith("content-length:"))
          .mapToInt(l -> Integer.parseInt(l.substring(15).strip()))
          .findFirst()
          .orElse(0);
    }

    /** As the server is to read it: only a WebSocket may be asked for, and nothing comes after. */
    byte[] forwarded() {
      if (text.toLowerCase(Locale.ROOT).contains("upgrade: websocket")) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
      }
      String kept =
          text.lines()
              .filter(l -> !l.isEmpty())
              .filter(l -> !l.toLowerCase(Locale.ROOT).matches("(connection|upgrade|http2-).*"))
              .collect(Collectors.joining("\r\n"));
      return (kept + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
  }

  static Consumer<String> start(int at, String host, int port, String ca, Consumer<String> say)
      throws IOException, GeneralSecurityException {
    Detour detour = new Detour(trusting(ca), host, port, say);
    ServerSocket door = new ServerSocket(at, 64, InetAddress.getLoopbackAddress());
    Thread.ofPlatform().daemon().name("detour").start(() -> detour.serve(door));
    return detour::obey;
  }

  private static SocketFactory trusting(String ca) throws IOException, GeneralSecurityException {
    KeyStore known = KeyStore.getInstance(KeyStore.getDefaultType());
    known.load(null, null);
    try (InputStream in = new FileInputStream(ca)) {
      int number = 0;
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        known.setCertificateEntry("ca" + number++, certificate);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(known);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  private void obey(String line) {
    if (line.equals("calm")) {
      calm = true;
    } else if (line.startsWith("seed ")) {
      schedule = new FaultSchedule(Long.parseLong(line.substring(5)));
      calm = false;
    }
  }

  private void serve(ServerSocket door) {
    while (true) {
      try {
        Socket near = door.accept();
        Thread.ofVirtual().start(() -> carry(near));
      } catch (IOException e) {
        say.accept("closed " + e.getMessage());
        return;
      }
    }
  }

  private void carry(Socket near) {
    try (near) {
      Head head = Head.read(near.getInputStream());
      byte[] body = near.getInputStream().readNBytes(head.bodyLength());
      FaultSchedule now = schedule;
      Fault fault = calm ? Fault.NONE : now.next(head.method(), head.path(), head.watches());
      if (fault != Fault.NONE) {
        say.accept("fault " + fault + " " + head.method() + " " + head.path());
      }
      switch (fault) {
        case NONE -> forward(near, head, body, Long.MAX_VALUE);
        case SLOW -> {
          LockSupport.parkNanos(now.durationMs(head.path()) * 1_000_000);
          forward(near, head, body, Long.MAX_VALUE);
        }
        case CUT -> forward(near, head, body, now.durationMs(head.path()));
        case CONFLICT -> refuse(near, 409, "Conflict");
        case ERROR -> refuse(near, 500, "InternalError");
        case EXPIRED -> refuse(near, 410, "Expired");
        case LOST_ANSWER -> done(head, body);
        case DEATH_BEFORE -> awaitEnd(near);
        case DEATH_AFTER -> {
          done(head, body);
          awaitEnd(near);
        }
      }
    } catch (IOException e) {
      // One side went away; whoever is left notices.
    }
  }

  /** Returns when the server has begun to answer, by when it has done what it was asked. */
  private void done(Head head, byte[] body) throws IOException {
    try (Socket far = ask(head, body)) {
      far.getInputStream().read();
    }
  }

  private Socket ask(Head head, byte[] body) throws IOException {
    Socket far = tls.createSocket(host, port);
    try {
      far.getOutputStream().write(head.forwarded());
      far.getOutputStream().write(body);
      far.getOutputStream().flush();
      return far;
    } catch (IOException e) {
      far.close();
      throw e;
    }
  }

  private void forward(Socket near, Head head, byte[] body, long forMs) throws IOException {
    try (Socket far = ask(head, body)) {
      Thread.ofVirtual().start(() -> pump(near, far));
      if (forMs < Long.MAX_VALUE) {
        Thread.ofVirtual()
            .start(() -> {
              LockSupport.parkNanos(forMs * 1_000_000);
              close(near, far);
            });
      }
      far.getInputStream().transferTo(near.getOutputStream());
    }
  }

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side went away.
    } finally {
      close(from, to);
    }
  }

  private static void close(Socket... sockets) {
    for (Socket socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        // It is closed.
      }
    }
  }

  private static void awaitEnd(Socket near) throws IOException {
    near.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
  }

  private static void refuse(Socket near, int code, String reason) throws IOException {
    String body =
        """
        {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
        "message":"by schedule","reason":"%s","code":%d}\
        """
            .formatted(reason, code);
    near.getOutputStream()
        .write(
            ("HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                    + "Connection: close\r\n\r\n%s")
                .formatted(code, reason, body.length(), body)
                .getBytes(StandardCharsets.US_ASCII));
  }
}
