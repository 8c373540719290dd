package io.millrace.jobs;

import io.millrace.connectors.control.CommandHistory;
import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.flink.TimelineFile;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import io.millrace.serving.ModelTimeline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the timeline beside the versions of a model up to what the control topic says. What the
 * topic does not have any more, as it was compacted, stays in the timeline.
 *
 * <pre>{@code
 * TimelineUpdate.run("fraud", TimelineFile.in(base), client, "models");
 * }</pre>
 */
public final class TimelineUpdate {
  private static final Logger LOG = LoggerFactory.getLogger(TimelineUpdate.class);

  /** Each after the first means that another writer was at work meanwhile. */
  private static final int ROUNDS = 20;

  private TimelineUpdate() {}

  /**
   * Reads the topic and adds what the timeline lacks, until it lacks nothing.
   *
   * @return how many of the topic's commands have a place in the timeline
   * @throws IOException if the topic cannot be read or the file not be written
   * @throws ModelException if what is in the file is malformed, another model's, or contradicts the
   *     topic
   */
  public static int run(String model, TimelineFile file, KafkaClientProperties client, String topic)
      throws IOException, ModelException, InterruptedException {
    return run(model, file, () -> CommandHistory.read(client, topic));
  }

  // Whoever writes last reads the topic once more behind it, and so sees what a writer that it
  // overwrote had announced before: no lock is needed, which S3 could not give.
  static int run(String model, TimelineFile file, StartingPoint.HistoryReader topic)
      throws IOException, ModelException, InterruptedException {
    for (int i = 0; i < ROUNDS; i++) {
      List<Publish> entries = entries(model, topic.read().commands());
      if (!add(model, file, entries)) {
        return entries.size();
      }
    }
    throw new IOException(
        "%s changes all the time: other writers are at work; try again".formatted(file));
  }

  private static boolean add(String model, TimelineFile file, List<Publish> entries)
      throws IOException, ModelException, InterruptedException {
    try {
      return file.add(model, entries);
    } catch (ModelException e) {
      if (e.reason() != ModelReason.CONFLICT) {
        throw e;
      }
      throw new ModelException(
          ModelReason.CONFLICT,
          "%s; where the control topic is a new one, move %s away first"
              .formatted(e.getMessage(), file),
          e);
    }
  }

  // As for a running job, the first of two commands of one sequence counts.
  private static List<Publish> entries(String model, List<Command> commands) {
    NavigableMap<Long, Publish> bySequence = new TreeMap<>();
    for (Command command : commands) {
      if (command.model().equals(model)
          && ModelTimeline.isEntry(command)
          && command instanceof Publish publish) {
        Publish known = bySequence.putIfAbsent(publish.sequence(), publish);
        if (known != null && !known.equals(publish)) {
          LOG.warn("{} has no effect: its sequence is that of {}", publish, known);
        }
      }
    }
    return new ArrayList<>(bySequence.values());
  }
}
