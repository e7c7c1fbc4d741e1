package io.harp.speaker.membership;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A TCP connection on which nothing travels before both sides proved the secret. */
final class SealedSocket extends Socket {

  private static final int RAW_BUFFER = 4096;

  private final GroupKey key;
  private final Counters counters;
  private final Refusals refusals;
  private SealedStreams.@Nullable In in;
  private SealedStreams.@Nullable Out out;

  SealedSocket(GroupKey key, Counters counters, Refusals refusals) {
    this.key = key;
    this.counters = counters;
    this.refusals = refusals;
  }

  @Override
  public void connect(SocketAddress endpoint, int timeoutMs) throws IOException {
    super.connect(endpoint, timeoutMs);
    setTcpNoDelay(true);
    InputStream raw = new BufferedInputStream(super.getInputStream(), RAW_BUFFER);
    try {
      use(raw, new Handshake(this, raw, super.getOutputStream(), key, timeoutMs).asClient());
    } catch (IOException e) {
      counters.distrusted.increment();
      refusals.outgoing(endpoint, e);
      close();
      throw e;
    }
  }

  /** For the side that accepted. */
  void serve(int timeoutMs) throws IOException {
    setTcpNoDelay(true);
    InputStream raw = new BufferedInputStream(super.getInputStream(), RAW_BUFFER);
    use(raw, new Handshake(this, raw, super.getOutputStream(), key, timeoutMs).asServer());
  }

  private void use(InputStream raw, Handshake.Keys keys) throws IOException {
    in = new SealedStreams.In(raw, keys.in(), counters);
    out = new SealedStreams.Out(super.getOutputStream(), keys.out(), counters);
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return ready(in);
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return ready(out);
  }

  private static <T> T ready(@Nullable T stream) throws IOException {
    if (stream == null) {
      throw new IOException("the secret is not proved yet");
    }
    return stream;
  }
}
