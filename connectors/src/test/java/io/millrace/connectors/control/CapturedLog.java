package io.millrace.connectors.control;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.layout.PatternLayout;

/** Everything that is logged, with stack traces, in place of what would go to the console. */
final class CapturedLog extends AbstractAppender implements AutoCloseable {
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private CapturedLog() {
    super("captured", null, layout(), false, Property.EMPTY_ARRAY);
  }

  private static PatternLayout layout() {
    return PatternLayout.newBuilder().withPattern("%p %c %m %ex").build();
  }

  static CapturedLog open() {
    CapturedLog log = new CapturedLog();
    log.install();
    return log;
  }

  private void install() {
    start();
    LoggerContext context = LoggerContext.getContext(false);
    LoggerConfig root = context.getConfiguration().getRootLogger();
    root.getAppenders().keySet().forEach(root::removeAppender);
    root.setLevel(Level.INFO);
    root.addAppender(this, Level.INFO, null);
    context.updateLoggers();
  }

  @Override
  public void append(LogEvent event) {
    lines.add(getLayout().toSerializable(event).toString());
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void close() {
    LoggerContext.getContext(false).reconfigure();
  }
}
