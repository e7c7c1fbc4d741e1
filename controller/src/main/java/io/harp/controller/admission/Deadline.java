package io.harp.controller.admission;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives a request so long from its first byte to its last, however diligently its sender trickles.
 * Stands before the HTTP codec, so an endless header counts too.
 */
final class Deadline extends ChannelInboundHandlerAdapter {

  private final long requestMs;
  private final AdmissionMetrics metrics;
  private @Nullable Future<?> running;
  private boolean answering;

  Deadline(long requestMs, AdmissionMetrics metrics) {
    this.requestMs = requestMs;
    this.metrics = metrics;
  }

  /** The request is complete; until the answer is sent nothing is measured. */
  void met() {
    answering = true;
    if (running != null) {
      running.cancel(false);
      running = null;
    }
  }

  void answered() {
    answering = false;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (running == null && !answering) {
      running =
          context
              .executor()
              .schedule(
                  () -> {
                    metrics.refused("slow");
                    var _ = context.close();
                  },
                  requestMs,
                  TimeUnit.MILLISECONDS);
    }
    context.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    met();
    context.fireChannelInactive();
  }
}
