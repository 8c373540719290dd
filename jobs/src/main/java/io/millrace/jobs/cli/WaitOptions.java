package io.millrace.jobs.cli;

import io.millrace.connectors.control.EventReader;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Whether a command waits for what the jobs make of it, and for how long. */
final class WaitOptions {
  /** As long as a version of a few gigabytes may take. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @Option(
      names = "--wait",
      description =
          "Wait until the version scores on every subtask of the job, by what the status topic"
              + " says. Exit code 4 if one rejects it, 1 if the time is over.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "How long to wait, such as '30 s'; 5 min by default.")
  private @Nullable Duration timeout;

  @Option(
      names = "--status-topic",
      paramLabel = "TOPIC",
      description = "The status topic, to wait on.")
  private @Nullable String statusTopic;

  /** Durations as Flink writes them. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      try {
        return TimeUtils.parseDuration(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + value + "': expected a duration such as 30 s");
      }
    }
  }

  boolean isAsked() {
    return wait;
  }

  /**
   * Reads what the status topic holds; what comes later is waited for.
   *
   * @param err where progress is shown
   */
  RolloutWatch open(Rollout rollout, Configuration job, PrintWriter err)
      throws ConfigurationException, CommandException {
    Duration patience = timeout == null ? PATIENCE : timeout;
    String topic =
        statusTopic != null
            ? statusTopic
            : JobOptions.require(job, ScoreTopicOptions.STATUS_TOPIC, "--status-topic");
    try {
      return RolloutWatch.open(
          EventReader.open(JobOptions.client(job), topic), rollout, patience, err);
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
  }

  /** Refuses options that mean nothing without {@code --wait}. */
  void check() throws CommandException {
    if (!wait && (timeout != null || statusTopic != null)) {
      throw CommandException.usage(
          (timeout != null ? "--timeout" : "--status-topic") + ": expected together with --wait",
          null);
    }
  }
}
