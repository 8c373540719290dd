package io.millrace.jobs.cli;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;

/** What is warned of below a logger, besides where it goes anyway. */
final class CapturedWarnings extends AbstractAppender implements AutoCloseable {
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final Logger logger;

  private CapturedWarnings(Logger logger) {
    super("warnings", null, null, false, Property.EMPTY_ARRAY);
    this.logger = logger;
  }

  static CapturedWarnings below(String loggerName) {
    CapturedWarnings warnings =
        new CapturedWarnings(LoggerContext.getContext(false).getLogger(loggerName));
    warnings.start();
    warnings.logger.addAppender(warnings);
    return warnings;
  }

  @Override
  public void append(LogEvent event) {
    if (event.getLevel().isMoreSpecificThan(Level.WARN)) {
      messages.add(event.getMessage().getFormattedMessage());
    }
  }

  List<String> messages() {
    return messages;
  }

  @Override
  public void close() {
    logger.removeAppender(this);
    stop();
  }
}
