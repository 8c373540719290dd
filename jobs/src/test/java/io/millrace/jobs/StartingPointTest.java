package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.control.CommandHistory;
import io.millrace.flink.InferenceOptions;
import io.millrace.jobs.ScoreTopicOptions.Absent;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartingPointTest {
  private static final Command PUBLISHED =
      new Publish("m", 7, URI.create("file:///models/m/7"), null, 3, true, null);
  private static final Command OTHER =
      new Publish("other", 1, URI.create("file:///models/other/1"), null, 2, true, null);

  @TempDir private Path emptyBase;

  private StartingPoint find(Configuration config, Absent absent, Command... later)
      throws Exception {
    config.set(InferenceOptions.NAME, "m");
    config.set(ScoreTopicOptions.ABSENT, absent);
    Deque<Command> coming = new ArrayDeque<>(List.of(later));
    List<Command> history = new ArrayList<>(List.of(OTHER));
    return StartingPoint.of(
        config,
        false,
        () -> {
          CommandHistory now = new CommandHistory(List.copyOf(history), List.of(), history.size());
          if (!coming.isEmpty()) {
            history.add(coming.removeFirst());
          }
          return now;
        },
        Duration.ofMillis(1));
  }

  @Test
  void fault01_noVersionAtStart_failIsRefusedAtSubmission() {
    assertThatThrownBy(() -> find(new Configuration(), Absent.FAIL, PUBLISHED))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no version of 'm' to start with");
  }

  @Test
  void fault01_noVersionAtStart_waitWaitsForOne() throws Exception {
    assertThat(find(new Configuration(), Absent.WAIT, OTHER, OTHER, PUBLISHED).commands())
        .containsExactly(PUBLISHED);

    Configuration base = new Configuration();
    base.set(ScoreTopicOptions.MODEL_BASE, emptyBase.toString());
    assertThat(find(base, Absent.WAIT, OTHER, PUBLISHED).commands()).containsExactly(PUBLISHED);
  }

  @Test
  void fault01_noVersionAtStart_rejectStartsWithNone() throws Exception {
    StartingPoint point = find(new Configuration(), Absent.REJECT, PUBLISHED);
    assertThat(point.commands()).isEmpty();
    assertThat(point.history().commands()).containsExactly(OTHER);
  }

  @Test
  void waiting_baseOutsideTheRoots_isRefusedAtOnce() {
    Configuration config = new Configuration();
    config.set(ScoreTopicOptions.MODEL_BASE, emptyBase.toString());
    config.set(InferenceOptions.ROOTS, List.of("hdfs:///models/"));
    assertThatThrownBy(() -> find(config, Absent.WAIT)).hasMessageContaining("roots");
  }
}
