package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command;
import io.millrace.model.Command.Activate;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.Timeline;
import io.millrace.model.VersionState;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes from the JobManager at once, followed with real models. */
class CoordinatedInferenceOperatorITCase {
  @TempDir Path roots;

  private Publish publish(long version) {
    return Harness.publish(roots, version, version);
  }

  private Publish version(long version) {
    SavedModels.constantVersion(roots.resolve(Long.toString(version)), version);
    return publish(version);
  }

  private static List<Long> versions(Harness harness, VersionState state) {
    return harness.events().stream()
        .filter(event -> event.state() == state && event.reason() == null)
        .map(ModelEvent::version)
        .toList();
  }

  private static List<ModelReason> refusals(Harness harness) {
    return harness.events().stream().map(ModelEvent::reason).filter(r -> r != null).toList();
  }

  @Test
  void commands_thousandVersionsAtOnce_loadTheLastAlone() throws Exception {
    version(1_000);
    List<Publish> published = LongStream.rangeClosed(2, 1_000).mapToObj(this::publish).toList();
    try (Harness harness = Harness.openCoordinated(roots, List.of(version(1)))) {
      harness.commands(published, true);
      harness.awaitActive(1_000);
      harness.await(() -> SharedModel.held() == 1);

      assertThat(versions(harness, VersionState.START)).hasSize(1_000);
      assertThat(versions(harness, VersionState.LOADING)).containsExactly(1_000L);
      assertThat(versions(harness, VersionState.AVAILABLE)).containsExactly(1L, 1_000L);
      assertThat(refusals(harness)).isEmpty();
    }
  }

  @Test
  void commands_oneAmongThemThatMakesNoSense_isRefusedAndTheOthersCount() throws Exception {
    Command unknown = new Activate(Harness.MODEL, 77, 3);
    try (Harness harness = Harness.openCoordinated(roots, List.of(version(1)))) {
      harness.commands(List.of(version(2), unknown, new Activate("other", 1, 4)), false);
      harness.awaitActive(2);

      assertThat(refusals(harness)).containsExactly(ModelReason.NOT_FOUND);
    }
  }

  @Test
  void commands_staleOne_isReportedOnceHoweverOftenItComesAgain() throws Exception {
    List<Activate> many =
        LongStream.rangeClosed(2, Timeline.MAX_COMMANDS + 1)
            .mapToObj(sequence -> new Activate(Harness.MODEL, 1, sequence))
            .toList();
    List<Activate> stale = List.of(new Activate(Harness.MODEL, 1, 0));
    try (Harness harness = Harness.openCoordinated(roots, List.of(version(1)))) {
      harness.commands(many, false);
      assertThat(refusals(harness)).isEmpty();
      harness.commands(stale, false);
      assertThat(refusals(harness)).containsExactly(ModelReason.STALE);
      harness.commands(stale, true);
      harness.commands(List.of(stale.get(0), many.get(0)), true);
      assertThat(refusals(harness)).containsExactly(ModelReason.STALE);
    }
  }
}
