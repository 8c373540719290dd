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
    assertThat(new Timeline("fraud", timeline.snapshot()).active()).contains(publish(2, 0));
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
    assertThat(timeline.snapshot().commands()).hasSize(1);
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
  void retire_betweenTwoTurnsOfOneVersion_leavesOneTurn() throws Exception {
    timeline.accept(publish(1, 1));
    timeline.accept(publish(2, 2));
    timeline.accept(publish(3, 3));
    timeline.accept(new Activate("fraud", 1, 4));
    timeline.accept(new Activate("fraud", 3, 5));
    timeline.accept(new Retire("fraud", 1, 6));
    timeline.accept(new Rollback("fraud", null, 7));
    assertThat(active()).isEqualTo(2);
    assertThatThrownBy(() -> timeline.accept(new Rollback("fraud", null, 8)))
        .hasMessageContaining("was active before");
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
            default ->
                publish(
                    version,
                    sequence,
                    random.nextBoolean(),
                    // Now and then other bytes than the version has already: a conflict.
                    "sha256:" + (random.nextInt(8) == 0 ? "b" : "a").repeat(64));
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
  void accept_overTheLimit_foldsTheOldestWithoutChangingWhatTheyAmountTo() throws Exception {
    for (long sequence = 1; sequence <= Timeline.MAX_COMMANDS + 50; sequence++) {
      timeline.accept(publish(sequence, sequence));
    }
    assertThat(timeline.snapshot().commands()).hasSize(Timeline.MAX_COMMANDS);
    assertThat(timeline.snapshot().floor()).isEqualTo(50);
    assertThatThrownBy(() -> timeline.accept(publish(7, 7)))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.STALE));
    Timeline restored = new Timeline("fraud", timeline.snapshot());
    assertThat(restored.active()).isEqualTo(timeline.active());
    restored.accept(new Rollback("fraud", null, 1_000));
    assertThat(restored.active().orElseThrow().version()).isEqualTo(Timeline.MAX_COMMANDS + 49);
  }

  @Test
  void fold_ofARollback_keepsItsEffect() throws Exception {
    timeline.accept(publish(1, 1));
    timeline.accept(publish(2, 2));
    timeline.accept(publish(3, 3));
    timeline.accept(new Rollback("fraud", null, 4));
    for (long sequence = 5; sequence < 600; sequence++) {
      timeline.accept(publish(sequence, sequence, false, null));
      assertThat(active()).as("after %d", sequence).isEqualTo(2);
    }
  }

  @Test
  void fold_ofAnyCommands_boundsTheStateAndAgreesWithReadingThemAll() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Timeline folding = new Timeline("fraud");
      List<Command> recent = new ArrayList<>();
      for (long sequence = 0; sequence < 2_000; sequence++) {
        Command command =
            random.nextInt(3) == 0
                ? new Rollback("fraud", null, sequence)
                : publish(random.nextInt(1_000), sequence, random.nextBoolean(), null);
        recent.add(command);
        try {
          folding.accept(command);
        } catch (ModelException e) {
          // Without effect, like a rollback with nothing before.
        }
      }
      Timeline.Snapshot snapshot = folding.snapshot();
      assertThat(snapshot.commands()).hasSizeLessThanOrEqualTo(256);
      assertThat(snapshot.history()).hasSizeLessThanOrEqualTo(64);
      assertThat(snapshot.published()).hasSizeLessThanOrEqualTo(320);
      Long last = null;
      for (Command command : recent) {
        if (command instanceof Publish publish && publish.activate()) {
          last = publish.version();
        }
      }
      assertThat(folding.active()).as("seed %d", seed).isPresent();
      if (recent.get(recent.size() - 1) instanceof Publish publish && publish.activate()) {
        assertThat(folding.active().orElseThrow().version()).isEqualTo(last);
      }
    }
  }
}
