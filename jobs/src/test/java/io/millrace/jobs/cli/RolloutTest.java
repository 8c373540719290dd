package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.net.URI;
import org.junit.jupiter.api.Test;

class RolloutTest {
  private final Events events = new Events("job", 2);
  private final Rollout rollout = rollout("job");

  private static Rollout rollout(String job) {
    return new Rollout(
        new Publish("m", 2, URI.create("file:/m/2"), Events.DIGEST, 0, true, null), job);
  }

  @Test
  void versionThatScoresOnEverySubtask_isComplete() {
    rollout.before(events.active(0, 1));
    rollout.before(events.active(1, 1));
    assertThat(rollout.missing()).isEqualTo("nothing was heard of job job on the status topic");

    assertThat(rollout.accept(events.state(0, 2, VersionState.START))).isTrue();
    assertThat(rollout.accept(events.active(0, 2))).isTrue();
    assertThat(rollout.accept(events.state(0, 1, VersionState.END))).isFalse();
    assertThat(rollout.missing()).isEqualTo("subtask 1: nothing yet");
    rollout.accept(events.state(1, 2, VersionState.LOADING));
    assertThat(rollout.missing()).isEqualTo("subtask 1: LOADING");
    assertThat(rollout.isComplete()).isFalse();
    rollout.accept(events.active(1, 2));

    assertThat(rollout.isComplete()).isTrue();
    assertThat(rollout.count()).isEqualTo(2);
    assertThat(rollout.isWithdrawn()).isFalse();
  }

  @Test
  void rejection_countsIfItIsOfTheseBytes() {
    assertThat(rollout.accept(events.rejected(0, 1, ModelReason.LOAD_FAILED))).isFalse();
    assertThat(
            rollout.accept(
                events.event(
                    0, 2, "sha256:0", VersionState.END, false, ModelReason.LOAD_FAILED, "")))
        .isFalse();
    assertThat(rollout.accept(events.rejected(0, 2, ModelReason.LOAD_FAILED))).isTrue();
    assertThat(
            rollout.accept(
                events.event(0, 2, null, VersionState.AVAILABLE, true, ModelReason.CONFLICT, "")))
        .isTrue();
    assertThat(rollout.isComplete()).isFalse();
  }

  // A subtask on which it scores already says no more than that it was announced again.
  @Test
  void versionThatScoresAlready_isCompleteOnceItIsAnnounced() {
    rollout.before(events.active(0, 2));
    rollout.before(events.active(1, 2));
    assertThat(rollout.isComplete()).isFalse();
    rollout.accept(events.state(0, 2, VersionState.START));
    rollout.accept(events.state(1, 2, VersionState.START));
    assertThat(rollout.isComplete()).isTrue();
  }

  @Test
  void versionThatScoredOnce_isNotCompleteWhenItIsAnnounced() {
    rollout.before(events.active(0, 2));
    rollout.before(events.active(1, 2));
    rollout.before(events.active(0, 3));
    rollout.before(events.state(1, 2, VersionState.UNLOADING));
    rollout.accept(events.state(0, 2, VersionState.START));
    rollout.accept(events.state(1, 2, VersionState.START));
    assertThat(rollout.missing()).isEqualTo("subtask 0: START, subtask 1: START");
  }

  @Test
  void jobThatComesBackWithAnotherParallelism_isAskedAnew() {
    rollout.accept(events.active(0, 2));
    Events rescaled = new Events("job", 3);
    rollout.accept(rescaled.active(1, 2));
    rollout.accept(rescaled.active(2, 2));
    assertThat(rollout.missing()).isEqualTo("subtask 0: nothing yet");
    rollout.accept(rescaled.active(0, 2));
    assertThat(rollout.isComplete()).isTrue();
  }

  @Test
  void versionThatIsLetGoWithoutAReason_isWithdrawn() {
    // Of a command before this one.
    rollout.accept(events.state(0, 2, VersionState.END));
    rollout.accept(events.state(0, 2, VersionState.END));
    assertThat(rollout.isWithdrawn()).isFalse();
    rollout.accept(events.state(0, 2, VersionState.LOADING));
    rollout.accept(events.state(0, 2, VersionState.END));
    assertThat(rollout.isWithdrawn()).isTrue();
  }

  @Test
  void otherJobs_countWhereNoneIsNamed() {
    Events other = new Events("other", 1);
    assertThat(rollout.accept(other.active(0, 2))).isFalse();
    assertThat(rollout.isComplete()).isFalse();
    assertThat(rollout.missing())
        .isEqualTo("nothing was heard of job job on the status topic, but of other");

    Rollout ofAny = rollout(null);
    ofAny.accept(events.active(0, 2));
    ofAny.accept(other.active(0, 2));
    assertThat(ofAny.missing()).isEqualTo("subtask 1: nothing yet");
    ofAny.accept(events.active(1, 2));
    assertThat(ofAny.isComplete()).isTrue();
    assertThat(ofAny.count()).isEqualTo(3);
  }
}
