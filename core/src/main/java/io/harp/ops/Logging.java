package io.harp.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * One line an event on standard output, as a pod's log expects it. Logback finds this class as a
 * service. A configuration file would say the same and cost a fifth of a second at each start, for
 * an XML parser and four hundred classes.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    LogLine line = new LogLine();
    line.setContext(context);
    line.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setLayout(line);
    encoder.start();
    ConsoleAppender<ILoggingEvent> out = new ConsoleAppender<>();
    out.setContext(context);
    out.setEncoder(encoder);
    out.start();
    context.getLogger("ROOT").addAppender(out);
    context.getLogger("ROOT").setLevel(Level.INFO);
    context.getLogger("org.jgroups").setLevel(Level.ERROR);
    // These extend JGroups' classes and so log its lines under their own names: connections that
    // cross each other, addresses not known yet. What matters of it is counted and told elsewhere.
    context.getLogger("io.harp.speaker.membership.LaneTransport").setLevel(Level.OFF);
    context.getLogger("io.harp.speaker.membership.Peers").setLevel(Level.OFF);
    // Complains once per protocol about hosts that have only a loopback address.
    context.getLogger("org.jgroups.stack.Configurator").setLevel(Level.OFF);
    context.getLogger("io.fabric8").setLevel(Level.ERROR);
    context.getLogger("org.pcap4j").setLevel(Level.WARN);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
