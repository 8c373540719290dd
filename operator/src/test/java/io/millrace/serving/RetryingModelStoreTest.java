package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelReason;
import io.millrace.model.ModelStore;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryingModelStoreTest {
  private static final URI VERSION = URI.create("hdfs:///models/7");

  private final Deque<ModelReason> failures = new ArrayDeque<>();
  private final List<String> pauses = new ArrayList<>();
  private int tries;

  private final ModelStore store =
      (uri, digest) -> {
        tries++;
        ModelReason failure = failures.poll();
        if (failure != null) {
          throw new ModelException(failure, "failure " + tries);
        }
        return new ModelFiles(Path.of("/copy"), "sha256:" + "0".repeat(64), 1, () -> {});
      };

  private RetryingModelStore retrying(RetryingModelStore.Pause pause) {
    return new RetryingModelStore(
        store,
        new Backoff(3, Duration.ofMillis(8), Duration.ofMillis(16)),
        failure -> failure.reason() == ModelReason.FETCH_FAILED,
        // Half of what may be taken off.
        () -> Long.MIN_VALUE,
        pause);
  }

  private RetryingModelStore retrying() {
    return retrying(
        (retry, delay, failure) ->
            pauses.add(retry + " " + delay.toMillis() + " " + failure.getMessage()));
  }

  private void fail(ModelReason... reasons) {
    failures.addAll(List.of(reasons));
  }

  @Test
  void fetch_failuresThatPass_areWaitedForLongerEachTime() throws Exception {
    fail(ModelReason.FETCH_FAILED, ModelReason.FETCH_FAILED, ModelReason.FETCH_FAILED);
    assertThat(retrying().fetch(VERSION, null).directory()).isEqualTo(Path.of("/copy"));
    assertThat(pauses).containsExactly("1 6 failure 1", "2 12 failure 2", "3 12 failure 3");
  }

  @Test
  void fetch_failureThatStays_isGivenUpAndSaysAfterHowManyTries() {
    for (int i = 0; i < 9; i++) {
      fail(ModelReason.FETCH_FAILED);
    }
    assertThatThrownBy(() -> retrying().fetch(VERSION, null))
        .isInstanceOfSatisfying(
            ModelException.class, e -> assertThat(e.reason()).isEqualTo(ModelReason.FETCH_FAILED))
        .hasMessage("failure 4; given up after 4 tries");
    assertThat(tries).isEqualTo(4);
  }

  @Test
  void fetch_failureOfAnotherKind_isFinalAtOnceAndAlsoAfterARetry() {
    fail(ModelReason.DIGEST_MISMATCH);
    assertThatThrownBy(() -> retrying().fetch(VERSION, null)).hasMessage("failure 1");
    fail(ModelReason.FETCH_FAILED, ModelReason.NOT_FOUND);
    assertThatThrownBy(() -> retrying().fetch(VERSION, null)).hasMessage("failure 3");
    assertThat(pauses).hasSize(1);
  }

  @Test
  void fetch_interruptedInAPause_endsAtOnce() {
    fail(ModelReason.FETCH_FAILED);
    RetryingModelStore interrupted =
        retrying(
            (retry, delay, failure) -> {
              throw new InterruptedException("cancelled");
            });
    assertThatThrownBy(() -> interrupted.fetch(VERSION, null))
        .isInstanceOf(InterruptedException.class);
    assertThat(tries).isEqualTo(1);
  }
}
