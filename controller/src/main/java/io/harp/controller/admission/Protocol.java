package io.harp.controller.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;

/** Sets a connection up for the protocol TLS has agreed on. */
final class Protocol extends ApplicationProtocolNegotiationHandler {

  private static final int LINE_BYTES = 4_096;
  private static final int HEADER_BYTES = 16_384;
  private static final int STREAMS = 100;

  private final Limits limits;
  private final Intake intake;
  private final AdmissionMetrics metrics;

  Protocol(Limits limits, Intake intake, AdmissionMetrics metrics) {
    super(ApplicationProtocolNames.HTTP_1_1);
    this.limits = limits;
    this.intake = intake;
    this.metrics = metrics;
  }

  @Override
  protected void configurePipeline(ChannelHandlerContext context, String protocol) {
    if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
      context
          .pipeline()
          .addLast(
              Http2FrameCodecBuilder.forServer()
                  .initialSettings(
                      Http2Settings.defaultSettings()
                          .maxConcurrentStreams(STREAMS)
                          .maxHeaderListSize(HEADER_BYTES))
                  .build(),
              new Http2MultiplexHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel stream) {
                      stream
                          .pipeline()
                          .addLast(
                              new Deadline(limits.requestMs(), metrics),
                              new Http2StreamFrameToHttpObjectCodec(true),
                              new Exchange(intake, true));
                    }
                  }));
    } else {
      context
          .pipeline()
          .addLast(
              new Deadline(limits.requestMs(), metrics),
              new HttpServerCodec(
                  new HttpDecoderConfig()
                      .setMaxInitialLineLength(LINE_BYTES)
                      .setMaxHeaderSize(HEADER_BYTES)),
              new Exchange(intake, false));
    }
  }

  /** Port scanners and probes that do not trust us: a number, no stack trace. */
  @Override
  protected void handshakeFailure(ChannelHandlerContext context, Throwable cause) {
    metrics.refused("handshake");
    var _ = context.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    metrics.refused("handshake");
    var _ = context.close();
  }
}
