package io.millrace.jobs;

import io.millrace.connectors.control.CommandHistory;
import io.millrace.jobs.ScoreTopicOptions.Absent;
import io.millrace.model.Command;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ReadableConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job starts with: what the control topic says up to now, and what that and the
 * configuration amount to.
 *
 * @param history of the control topic, to its end
 * @param commands that the operator starts with
 */
record StartingPoint(CommandHistory history, List<Command> commands) {
  private static final Logger LOG = LoggerFactory.getLogger(StartingPoint.class);
  private static final Duration POLL = Duration.ofSeconds(1);

  /** Reads the control topic to its end. */
  @FunctionalInterface
  interface HistoryReader {
    CommandHistory read() throws IOException;
  }

  StartingPoint {
    commands = List.copyOf(commands);
  }

  /**
   * Finds it; waits for a version where the configuration says so.
   *
   * @throws ConfigurationException if the configuration names no version, nor does the topic
   * @throws ModelException if the base has no version or cannot be listed, nor has the topic one
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  static StartingPoint of(ReadableConfig config, boolean restored, HistoryReader reader)
      throws ConfigurationException, ModelException, IOException, InterruptedException {
    return of(config, restored, reader, POLL);
  }

  /**
   * @param poll after which the topic is read again
   */
  static StartingPoint of(
      ReadableConfig config, boolean restored, HistoryReader reader, Duration poll)
      throws ConfigurationException, ModelException, IOException, InterruptedException {
    StartingVersions starting = new StartingVersions(config);
    Absent absent = config.get(ScoreTopicOptions.ABSENT);
    String reported = null;
    while (true) {
      CommandHistory history = reader.read();
      if (restored) {
        return new StartingPoint(history, starting.commandsIfAny(history.commands()));
      }
      String missing;
      try {
        return new StartingPoint(history, starting.commands(history.commands()));
      } catch (ConfigurationException e) {
        if (absent == Absent.FAIL) {
          throw e;
        }
        missing = String.valueOf(e.getMessage());
      } catch (ModelException e) {
        // No version that is published would be read from there either.
        if (absent == Absent.FAIL || e.reason() == ModelReason.OUTSIDE_ROOTS) {
          throw e;
        }
        missing = String.valueOf(e.getMessage());
      }
      if (absent == Absent.REJECT) {
        LOG.warn("Records are dead letters until a version is published: {}", missing);
        return new StartingPoint(history, starting.own(history.commands()));
      }
      if (!missing.equals(reported)) {
        LOG.warn("Waiting for a version to start with: {}", missing);
        reported = missing;
      }
      Thread.sleep(poll.toMillis());
    }
  }
}
