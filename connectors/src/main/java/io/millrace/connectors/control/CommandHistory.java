package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import io.millrace.connectors.kafka.TopicReader;
import io.millrace.model.Command;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * What a control topic holds: read while a job is built, so that the job starts with the versions
 * that are active and loads no others on the way.
 *
 * <pre>{@code
 * CommandHistory history = CommandHistory.read(client, "models");
 * CommandStream later = CommandStream.of(env, client, "models", history.nextOffset());
 * }</pre>
 *
 * @param commands in the order of their offsets
 * @param refused records that are no commands
 * @param nextOffset where a reader goes on that has seen these
 */
public record CommandHistory(
    List<Command> commands, List<RefusedCommand> refused, long nextOffset) {
  public CommandHistory {
    commands = List.copyOf(commands);
    refused = List.copyOf(refused);
  }

  /**
   * Reads the topic from its beginning to its present end; records of transactions that are not
   * committed are not read.
   *
   * @throws IOException if the broker does not answer within seconds, the topic does not exist, or
   *     it has several partitions; the message is one line
   */
  public static CommandHistory read(KafkaClientProperties client, String topic) throws IOException {
    KafkaConnection connection = new KafkaConnection(client);
    TopicPartition partition = ControlPartition.of(connection, topic);
    List<Command> commands = new ArrayList<>();
    List<RefusedCommand> refused = new ArrayList<>();
    try (TopicReader reader =
        TopicReader.ofAll(connection, "control topic '" + topic + "'", List.of(partition))) {
      long end = reader.end(partition);
      reader.toEnds(
          record -> {
            if (record.offset() >= end) {
              return;
            }
            try {
              commands.add(CommandJson.decode(record.key(), record.value(), record.offset()));
            } catch (ModelException e) {
              refused.add(RefusedCommand.of(record.offset(), record.key(), e));
            }
          });
      return new CommandHistory(commands, refused, end);
    }
  }
}
