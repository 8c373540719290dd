package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.control.CommandHistory;
import io.millrace.flink.TimelineFile;
import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineUpdateTest {
  private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

  @TempDir private Path base;
  private TimelineFile file;

  @BeforeEach
  void open() {
    file = TimelineFile.in(base.toUri());
  }

  private static Publish publish(
      String model, long version, long sequence, @Nullable Instant from) {
    return new Publish(
        model, version, URI.create("file:///models/" + version), null, sequence, true, from);
  }

  private static Publish publish(long version, long sequence) {
    return publish("fraud", version, sequence, NOON.plusSeconds(version));
  }

  private static CommandHistory history(List<Command> commands) {
    return new CommandHistory(commands, List.of(), commands.size());
  }

  @Test
  void run_takesTheModelsCommandsThatHaveATime() throws Exception {
    List<Command> commands =
        List.of(
            publish(1, 0),
            publish("spam", 2, 1, NOON),
            publish("fraud", 3, 2, null),
            new Activate("fraud", 3, 3),
            publish(4, 4));
    assertThat(TimelineUpdate.run("fraud", file, () -> history(commands))).isEqualTo(2);
    assertThat(file.read("fraud").orElseThrow().entries())
        .containsExactly(publish(1, 0), publish(4, 4));
  }

  @Test
  void run_ofACompactedTopic_keepsWhatTheTimelineHas() throws Exception {
    TimelineUpdate.run("fraud", file, () -> history(List.of(publish(1, 0))));
    TimelineUpdate.run("fraud", file, () -> history(List.of(publish(2, 7))));
    assertThat(file.read("fraud").orElseThrow().entries())
        .containsExactly(publish(1, 0), publish(2, 7));
  }

  @Test
  void run_ofATopicWithOneSequenceTwice_takesTheFirst() throws Exception {
    TimelineUpdate.run("fraud", file, () -> history(List.of(publish(1, 5), publish(2, 5))));
    assertThat(file.read("fraud").orElseThrow().entries()).containsExactly(publish(1, 5));
  }

  @Test
  void run_ofAnotherTopic_isConflictAndChangesNothing() throws Exception {
    TimelineUpdate.run("fraud", file, () -> history(List.of(publish(1, 0))));
    byte[] before = Files.readAllBytes(base.resolve(TimelineFile.NAME));
    assertThatThrownBy(
            () -> TimelineUpdate.run("fraud", file, () -> history(List.of(publish(2, 0)))))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("sequence 0 of 'fraud' is known as ")
        .hasMessageEndingWith(
            "; where the control topic is a new one, move " + file + " away first");
    assertThat(base.resolve(TimelineFile.NAME)).hasBinaryContent(before);
  }

  @Test
  void run_whileOthersAnnounce_endsWithAllThatWasAnnounced() throws Exception {
    List<Command> topic = new ArrayList<>();
    ExecutorService publishers = Executors.newFixedThreadPool(3);
    try {
      List<Future<?>> announced = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        long version = i;
        announced.add(
            publishers.submit(
                () -> {
                  synchronized (topic) {
                    topic.add(publish(version, topic.size()));
                  }
                  return update(topic);
                }));
      }
      for (Future<?> one : announced) {
        one.get();
      }
    } finally {
      publishers.shutdownNow();
    }
    assertThat(file.read("fraud").orElseThrow().entries()).hasSize(30);
  }

  // As the command does, told to try again where two renamed at the same moment.
  private int update(List<Command> topic) throws Exception {
    for (int attempt = 0; ; attempt++) {
      try {
        return TimelineUpdate.run(
            "fraud",
            file,
            () -> {
              synchronized (topic) {
                return history(topic);
              }
            });
      } catch (IOException e) {
        if (attempt == 50) {
          throw e;
        }
      }
    }
  }
}
