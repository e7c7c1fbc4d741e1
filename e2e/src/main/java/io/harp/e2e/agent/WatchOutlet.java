package io.harp.e2e.agent;

import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Stands between fabric8's watch and its socket, so that a watcher that dies holds up nobody.
 *
 * <p>fabric8's sender waits until an event is written, which the event loop does; when the socket
 * closes, that event loop waits up to a minute for the sender to end. Whoever is served by the same
 * event loop waits with them: requests to the server after a daemon was killed timed out. Here the
 * sender only queues, so it always ends at once.
 */
final class WatchOutlet extends WebSocketListener {

  private final WebSocketListener watch;
  private final Object exclusively;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());

  /**
   * @param exclusively a lock under which no request is served: an event for a watch that is being
   *     ended would be refused, and the request that caused it never answered
   */
  WatchOutlet(WebSocketListener watch, Object exclusively) {
    this.watch = watch;
    this.exclusively = exclusively;
  }

  @Override
  public void onBeforeAccept(WebSocket socket, Response response) {
    watch.onBeforeAccept(socket, response);
  }

  @Override
  public void onOpen(WebSocket socket, Response response) {
    watch.onOpen(new Queued(socket), response);
  }

  @Override
  public void onClosing(WebSocket socket, int code, String reason) {
    watch.onClosing(socket, code, reason);
  }

  @Override
  public void onClosed(WebSocket socket, int code, String reason) {
    end(() -> watch.onClosed(socket, code, reason));
  }

  @Override
  public void onFailure(WebSocket socket, Throwable cause, Response response) {
    end(() -> watch.onFailure(socket, cause, response));
  }

  private void end(Runnable goodbye) {
    writer.shutdownNow();
    synchronized (exclusively) {
      goodbye.run();
    }
  }

  /** Writes in order and lets nobody wait for it; events for a closed socket are dropped. */
  private final class Queued implements WebSocket {
    private final WebSocket socket;

    Queued(WebSocket socket) {
      this.socket = socket;
    }

    @Override
    public RecordedRequest request() {
      return socket.request();
    }

    @Override
    public boolean send(String text) {
      return queue(() -> socket.send(text));
    }

    @Override
    public boolean send(byte[] bytes) {
      return queue(() -> socket.send(bytes));
    }

    @Override
    public boolean close(int code, String reason) {
      return socket.close(code, reason);
    }

    private boolean queue(Runnable write) {
      try {
        writer.execute(write);
        return true;
      } catch (RejectedExecutionException e) {
        return false;
      }
    }
  }
}
