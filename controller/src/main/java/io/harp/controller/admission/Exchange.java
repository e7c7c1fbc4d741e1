package io.harp.controller.admission;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: on an HTTP/1.1 connection one after the other, on an HTTP/2 stream
 * the only one. What is too large, too slow or no request at all ends the connection (or stream).
 */
final class Exchange extends SimpleChannelInboundHandler<HttpObject> {

  private enum State {
    WAITING,
    READING,
    ANSWERING,
    ENDED
  }

  private final Intake intake;
  private final boolean stream;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private State state = State.WAITING;
  private String path = "";
  private boolean keepAlive;
  private int reserved;
  private @Nullable Idle idle;

  /**
   * @param stream whether this is a stream of HTTP/2
   */
  Exchange(Intake intake, boolean stream) {
    this.intake = intake;
    this.stream = stream;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    if (message.decoderResult().isFailure() && state != State.ENDED) {
      end(context, Reply.line(400, "this is no HTTP request"), "garbage");
      return;
    }
    if (message instanceof HttpRequest request) {
      begin(context, request);
    }
    if (message instanceof HttpContent content && state == State.READING) {
      read(context, content.content());
      if (message instanceof LastHttpContent && state == State.READING) {
        submit(context);
      }
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    if (state != State.WAITING) {
      // A second request before our answer to the first: nobody who calls webhooks does that.
      state = State.ENDED;
      intake.refused("pipelined");
      var _ = context.close();
      return;
    }
    path = path(request.uri());
    keepAlive = HttpUtil.isKeepAlive(request);
    Optional<Reply> refusal =
        intake.refusal(
            request.method().name(), path, request.headers().get(HttpHeaderNames.CONTENT_TYPE, ""));
    if (refusal.isPresent()) {
      end(context, refusal.get(), "not_for_us");
      return;
    }
    if (HttpUtil.getContentLength(request, 0L) > intake.limits().bodyBytes()) {
      end(context, tooLarge(), "large");
      return;
    }
    state = State.READING;
    idle = Idle.of(context.channel());
    idle.begun();
    if (HttpUtil.is100ContinueExpected(request)) {
      var _ =
          context.writeAndFlush(
              new DefaultFullHttpResponse(
                  HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private void read(ChannelHandlerContext context, ByteBuf content) {
    int count = content.readableBytes();
    if (reserved + count > intake.limits().bodyBytes()) {
      end(context, tooLarge(), "large");
    } else if (!intake.reserve(count)) {
      end(context, Reply.line(503, "too many large requests at once"), "bodies");
    } else {
      reserved += count;
      try {
        content.readBytes(body, count);
      } catch (IOException e) {
        throw new UncheckedIOException("writing to memory cannot fail", e);
      }
    }
  }

  private void submit(ChannelHandlerContext context) {
    state = State.ANSWERING;
    context.pipeline().get(Deadline.class).met();
    byte[] whole = body.toByteArray();
    body.reset();
    intake.submit(path, whole, reply -> context.executor().execute(() -> answered(context, reply)));
  }

  private void answered(ChannelHandlerContext context, Reply reply) {
    release();
    if (state != State.ANSWERING) {
      return;
    }
    state = State.WAITING;
    context.pipeline().get(Deadline.class).answered();
    FullHttpResponse response = response(reply);
    if (stream) {
      var _ = context.writeAndFlush(response);
    } else if (keepAlive) {
      var _ = context.writeAndFlush(response);
    } else {
      close(context, response);
    }
  }

  /** Refuses, and reads no further. */
  private void end(ChannelHandlerContext context, Reply reply, String reason) {
    intake.refused(reason);
    if (state == State.READING) {
      release();
    }
    state = State.ENDED;
    close(context, response(reply));
  }

  /** Gives back what this request held. */
  private void release() {
    intake.free(reserved);
    reserved = 0;
    body.reset();
    if (idle != null) {
      idle.ended();
      idle = null;
    }
  }

  private static void close(ChannelHandlerContext context, FullHttpResponse response) {
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  private static FullHttpResponse response(Reply reply) {
    byte[] text = reply.body().getBytes(StandardCharsets.UTF_8);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(reply.status()),
            Unpooled.wrappedBuffer(text));
    response
        .headers()
        .set(
            HttpHeaderNames.CONTENT_TYPE,
            reply.status() == 200 ? "application/json" : "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, text.length);
    return response;
  }

  private Reply tooLarge() {
    return Reply.line(413, "the request has more than " + intake.limits().bodyBytes() + " bytes");
  }

  /** Without the query: the API server adds its timeout there. */
  private static String path(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (state == State.READING) {
      release();
    }
    state = State.ENDED;
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    intake.refused("broken");
    var _ = context.close();
  }
}
