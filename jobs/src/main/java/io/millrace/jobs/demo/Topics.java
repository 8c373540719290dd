package io.millrace.jobs.demo;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics of the demo. */
record Topics(String input, String output, String deadLetters, String control, String status) {
  static final Topics DEMO =
      new Topics("transactions", "scored", "rejected", "models", "model-events");

  private static final int PARTITIONS = 4;

  /**
   * Creates those that are missing, with the replication that is the brokers' default.
   *
   * @return those that were
   * @throws IOException in one line, if the brokers refuse or do not answer
   */
  List<String> createMissing(KafkaClientProperties client)
      throws IOException, InterruptedException {
    KafkaConnection connection = new KafkaConnection(client);
    List<String> created = new ArrayList<>();
    try (Admin admin = Admin.create(connection.properties())) {
      Map<String, KafkaFuture<Void>> answers = admin.createTopics(all()).values();
      for (NewTopic topic : all()) {
        if (isCreated(Objects.requireNonNull(answers.get(topic.name())))) {
          created.add(topic.name());
        }
      }
    } catch (ExecutionException e) {
      throw connection.failure("cannot create the demo's topics", e.getCause());
    } catch (KafkaException e) {
      throw connection.failure("cannot create the demo's topics", e);
    }
    return created;
  }

  private List<NewTopic> all() {
    NewTopic commands = topic(control, 1).configs(Map.of("cleanup.policy", "compact"));
    return Stream.concat(
            Stream.of(input, output, deadLetters).map(name -> topic(name, PARTITIONS)),
            Stream.of(commands, topic(status, 1)))
        .toList();
  }

  private static NewTopic topic(String name, int partitions) {
    return new NewTopic(name, Optional.of(partitions), Optional.empty());
  }

  private static boolean isCreated(KafkaFuture<Void> answer)
      throws ExecutionException, InterruptedException {
    try {
      answer.get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw e;
    }
  }
}
