package io.harp.ops;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * {@code 2026-11-01T10:00:00.123Z INFO speaker: message}, and below it the first eight frames of an
 * exception and of each of its causes, up to four.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {

  private static final int FRAMES = 8;
  private static final int CAUSES = 4;

  private final DateTimeFormatter time =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX").withZone(ZoneOffset.UTC);

  @Override
  public String doLayout(ILoggingEvent event) {
    String logger = event.getLoggerName();
    StringBuilder line = new StringBuilder(128);
    time.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
    line.append(' ').append(event.getLevel());
    line.repeat(' ', 6 - event.getLevel().toString().length());
    line.append(logger, logger.lastIndexOf('.') + 1, logger.length());
    line.append(": ").append(event.getFormattedMessage()).append('\n');
    stack(event.getThrowableProxy(), line);
    return line.toString();
  }

  private static void stack(@Nullable IThrowableProxy thrown, StringBuilder to) {
    IThrowableProxy cause = thrown;
    for (int depth = 0; cause != null && depth < CAUSES; depth++) {
      to.append(depth == 0 ? "" : "Caused by: ").append(cause.getClassName());
      to.append(": ").append(cause.getMessage()).append('\n');
      var frames = cause.getStackTraceElementProxyArray();
      for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
        to.append('\t').append(frames[i].getSTEAsString()).append('\n');
      }
      cause = cause.getCause();
    }
  }
}
