package io.harp.controller.admission;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which no whole request came for a while. Bytes do not count: whoever sends
 * one now and then would stay for ever. Belongs to the connection's event loop.
 */
final class Idle extends ChannelInboundHandlerAdapter {

  private final long idleMs;
  private int underWay;
  private boolean used;

  Idle(long idleMs) {
    this.idleMs = idleMs;
  }

  /** That of a connection, or of the connection an HTTP/2 stream belongs to. */
  static Idle of(Channel channel) {
    Idle own = channel.pipeline().get(Idle.class);
    return own != null ? own : channel.parent().pipeline().get(Idle.class);
  }

  void begun() {
    used = true;
    underWay++;
  }

  void ended() {
    used = true;
    underWay--;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    look(context);
  }

  private void look(ChannelHandlerContext context) {
    used = false;
    var _ =
        context
            .executor()
            .schedule(
                () -> {
                  if (context.channel().isActive()) {
                    if (used || underWay > 0) {
                      look(context);
                    } else {
                      var _ = context.pipeline().close();
                    }
                  }
                },
                idleMs,
                TimeUnit.MILLISECONDS);
  }
}
