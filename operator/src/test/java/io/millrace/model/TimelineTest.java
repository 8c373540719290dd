package io.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Command.Retire;
import io.millrace.model.Command.Rollback;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private final Timeline timeline = new Timeline("fraud");

  static Publish publish(long version, long sequence) {
    return publish(version, sequence, true, null);
  }

  static Publish publish(long version, long sequence, boolean activate, String digest) {
    return new Publish(
        "fraud",
        version,
        URI.create("file:///models/" + version),
        digest,
        sequence,
        activate,
        null);
  }

  private long active() {
    return timeline.active().orElseThrow().version();
  }

  @Test
  void accept_firstCommandOfATopic_overridesTheConfiguredVersion() throws Exception {
    Timeline timeline = new Timeline("fraud");
    timeline.accept(publish(1, Command.CONFIGURED));

    assertThat(timeline.accept(publish(2, 0))).isTrue();
    assertThat(timeline.active()).contains(publish(2, 0));
    assertThat(Timeline.restore("fraud", timeline.floor(), timeline.commands()).active())
        .contains(publish(2, 0));
  }

  @Test
  void accept_higherSequence_decides() throws Exception {
    timeline.accept(publish(1, 10));
    timeline.accept(publish(3, 12));
    timeline.accept(publish(2, 11));
    assertThat(active()).isEqualTo(3);
  }

  @Test
  void accept_duplicate_changesNothing() throws Exception {
    assertThat(timeline.accept(publish(1, 10))).isTrue();
    assertThat(timeline.accept(publish(1, 10))).isFalse();
    assertThat(timeline.commands()).hasSize(1);
  }

  @Test
  void publish_withoutActivation_waitsForActivate() throws Exception {
    timeline.accept(publish(1, 1));
    timeline.accept(publish(2, 2, false, null));
    assertThat(active()).isEqualTo(1);
    timeline.accept(new Activate("fraud", 2, 3));
    assertThat(active()).isEqualTo(2);
  }

  @Test
  void rollback_withoutVersion_goesToTheOneBefore() throws Exception {
    timeline.accept(publish(1, 1));
    timeline.accept(publish(2, 2));
    timeline.accept(publish(3, 3));
    timeline.accept(new Rollback("fraud", null, 4));
    assertThat(active()).isEqualTo(2);
    timeline.accept(new Rollback("fraud", null, 5));
    assertThat(active()).isEqualTo(1);
    assertThatThrownBy(() -> timeline.accept(new Rollback("fraud", null, 6)))
        .hasMessageContaining("no version of 'fraud' was active before");
    assertThat(active()).isEqualTo(1);
  }

  @Test
  void publish_sameVersionOtherBytes_isConflictAndWithoutEffect() throws Exception {
    String a = "sha256:" + "a".repeat(64);
    String b = "sha256:" + "b".repeat(64);
    timeline.accept(publish(1, 1, true, a));
    assertThatThrownBy(() -> timeline.accept(publish(1, 2, true, b)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.CONFLICT))
        .hasMessageContaining(a)
        .hasMessageContaining(b);
    assertThat(timeline.active().orElseThrow().digest()).isEqualTo(a);
  }

  @Test
  void retire_ofTheActiveVersion_isRefused() throws Exception {
    timeline.accept(publish(1, 1));
    assertThatThrownBy(() -> timeline.accept(new Retire("fraud", 1, 2)))
        .hasMessageContaining("is active");
    assertThat(active()).isEqualTo(1);
  }

  @Test
  void retire_takesTheVersionOutOfTheHistory() throws Exception {
    timeline.accept(publish(1, 1));
    timeline.accept(publish(2, 2));
    timeline.accept(publish(3, 3));
    timeline.accept(new Retire("fraud", 2, 4));
    timeline.accept(new Rollback("fraud", null, 5));
    assertThat(active()).isEqualTo(1);
    assertThatThrownBy(() -> timeline.accept(new Activate("fraud", 2, 6)))
        .hasMessageContaining("version 2 of 'fraud' is not published");
  }

  @Test
  void accept_anyOrderAndRepetition_converges() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<Command> commands = commands(random);
      Timeline inOrder = feed(commands);
      List<Command> shuffled = new ArrayList<>(commands);
      shuffled.addAll(commands.subList(0, commands.size() / 2));
      Collections.shuffle(shuffled, random);
      assertThat(feed(shuffled).active()).as("seed %d", seed).isEqualTo(inOrder.active());
    }
  }

  private static List<Command> commands(Random random) {
    List<Command> commands = new ArrayList<>();
    for (long sequence = 0; sequence < 30; sequence++) {
      long version = random.nextInt(6);
      commands.add(
          switch (random.nextInt(5)) {
            case 0 -> new Activate("fraud", version, sequence);
            case 1 -> new Rollback("fraud", random.nextBoolean() ? version : null, sequence);
            case 2 -> new Retire("fraud", version, sequence);
            default -> publish(version, sequence, random.nextBoolean(), null);
          });
    }
    return commands;
  }

  private static Timeline feed(List<Command> commands) {
    Timeline timeline = new Timeline("fraud");
    for (Command command : commands) {
      try {
        timeline.accept(command);
      } catch (ModelException e) {
        // Refused for now; what counts is what all of them amount to.
      }
    }
    return timeline;
  }

  @Test
  void accept_overTheLimit_dropsTheOldestButNotWhatRollbackNeeds() throws Exception {
    for (long sequence = 1; sequence <= Timeline.MAX_COMMANDS + 50; sequence++) {
      timeline.accept(publish(sequence, sequence));
    }
    assertThat(timeline.commands()).hasSize(Timeline.MAX_COMMANDS);
    assertThat(timeline.floor()).isEqualTo(50);
    assertThatThrownBy(() -> timeline.accept(publish(7, 7)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.STALE));
    Timeline restored = Timeline.restore("fraud", timeline.floor(), timeline.commands());
    assertThat(restored.active()).isEqualTo(timeline.active());
    restored.accept(new Rollback("fraud", null, 1_000));
    assertThat(restored.active().orElseThrow().version()).isEqualTo(Timeline.MAX_COMMANDS + 49);
  }
}
