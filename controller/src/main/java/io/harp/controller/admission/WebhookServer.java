package io.harp.controller.admission;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * HTTPS with HTTP/1.1 and HTTP/2. Each new connection uses the certificate of its moment; those
 * that are open keep theirs, so a renewal cuts nobody off. A connection that comes while there is
 * no certificate yet is closed at once.
 */
final class WebhookServer implements AutoCloseable {

  private static final int THREADS = 2;
  private static final int BACKLOG = 256;
  private static final long QUIET_MS = 100;
  private static final long LONGEST_CLOSE_MS = 5_000;

  private final EventLoopGroup threads =
      new MultiThreadIoEventLoopGroup(
          THREADS,
          Thread.ofPlatform().name("webhook-", 0).daemon().factory(),
          NioIoHandler.newFactory());
  private final AtomicInteger connections = new AtomicInteger();
  private final Limits limits;
  private final AdmissionMetrics metrics;
  private final Supplier<Optional<SslContext>> tls;
  private final Intake intake;
  private final Channel listening;

  private WebhookServer(
      InetSocketAddress address,
      Limits limits,
      Supplier<Optional<SslContext>> tls,
      Desk desk,
      AdmissionMetrics metrics)
      throws IOException {
    this.limits = limits;
    this.metrics = metrics;
    this.tls = tls;
    this.intake = new Intake(limits, desk, metrics);
    var bound =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8192, 65536))
            .childHandler(new Welcome())
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      var _ = threads.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
      throw new IOException(
          "cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
    }
    listening = bound.channel();
  }

  /**
   * Binds and serves.
   *
   * @throws IOException if the address cannot be bound
   */
  static WebhookServer start(
      InetSocketAddress address,
      Limits limits,
      Supplier<Optional<SslContext>> tls,
      Desk desk,
      AdmissionMetrics metrics)
      throws IOException {
    return new WebhookServer(address, limits, tls, desk, metrics);
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /**
   * Takes no more connections, and ends when what was begun is answered, after 5 s at the latest.
   */
  @Override
  public void close() {
    listening.close().awaitUninterruptibly();
    intake.drain(LONGEST_CLOSE_MS);
    var _ = threads.shutdownGracefully(QUIET_MS, LONGEST_CLOSE_MS, TimeUnit.MILLISECONDS);
  }

  /** What happens to a new connection. */
  private final class Welcome extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      Optional<SslContext> context = tls.get();
      boolean full = connections.incrementAndGet() > limits.connections();
      var _ = channel.closeFuture().addListener(_ -> connections.decrementAndGet());
      if (full || context.isEmpty()) {
        metrics.refused(full ? "connections" : "no_certificate");
        var _ = channel.close();
        return;
      }
      SslHandler handler = context.get().newHandler(channel.alloc());
      handler.setHandshakeTimeoutMillis(limits.handshakeMs());
      channel
          .pipeline()
          .addLast(new Idle(limits.idleMs()), handler, new Protocol(limits, intake, metrics));
    }
  }
}
