package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.Command.Publish;
import io.millrace.serving.VersionSelector.Step;
import java.net.URI;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VersionSelectorTest {
  private final VersionSelector selector = new VersionSelector();

  private static Publish version(long version) {
    return new Publish("m", version, URI.create("file:///m/" + version), null, version, true, null);
  }

  @BeforeEach
  void start() {
    selector.startWith(version(1));
  }

  @Test
  void target_newVersion_isLoadedThenSwitchedTo() {
    assertThat(selector.target(version(2))).isEqualTo(new Step.Load(version(2)));
    assertThat(selector.active()).isEqualTo(version(1));
    assertThat(selector.loaded(version(2))).isEqualTo(new Step.Switch(version(2)));
    assertThat(selector.active()).isEqualTo(version(2));
    assertThat(selector.loading()).isNull();
  }

  @Test
  void target_theActiveVersion_doesNothing() {
    assertThat(selector.target(version(1))).isInstanceOf(Step.None.class);
  }

  @Test
  void target_manyDuringALoad_amountToOneMoreLoadOfTheLast() {
    selector.target(version(2));
    for (long v = 3; v <= 1_000; v++) {
      assertThat(selector.target(version(v))).isInstanceOf(Step.None.class);
    }
    assertThat(selector.loaded(version(2))).isEqualTo(new Step.Discard(version(1_000)));
    assertThat(selector.active()).isEqualTo(version(1));
    assertThat(selector.loaded(version(1_000))).isEqualTo(new Step.Switch(version(1_000)));
  }

  @Test
  void target_backToTheActiveOneDuringALoad_discardsTheLoaded() {
    selector.target(version(2));
    selector.target(version(1));
    assertThat(selector.loaded(version(2))).isEqualTo(new Step.Discard(null));
    assertThat(selector.active()).isEqualTo(version(1));
    assertThat(selector.loading()).isNull();
  }

  @Test
  void failed_keepsTheActiveOneAndDoesNotTryAgain() {
    selector.target(version(2));
    assertThat(selector.failed()).isInstanceOf(Step.None.class);
    assertThat(selector.active()).isEqualTo(version(1));
    assertThat(selector.target(version(2))).isInstanceOf(Step.None.class);
    assertThat(selector.target(version(3))).isEqualTo(new Step.Load(version(3)));
  }

  @Test
  void failed_andOrderedAnew_isTriedAgain() {
    selector.target(version(2));
    selector.failed();
    Publish again = new Publish("m", 2, version(2).uri(), null, 9, true, null);
    assertThat(selector.target(again)).isEqualTo(new Step.Load(again));
  }

  @Test
  void failed_andOrderedByAnotherCommand_isTriedAgain() {
    selector.target(version(2));
    selector.failed();
    selector.forgetFailure();
    assertThat(selector.target(version(2))).isEqualTo(new Step.Load(version(2)));
  }

  @Test
  void failed_withAnotherTargetMeanwhile_loadsThat() {
    selector.target(version(2));
    selector.target(version(3));
    assertThat(selector.failed()).isEqualTo(new Step.Load(version(3)));
  }

  @Test
  void target_theActiveVersionWithOtherBytes_isLoadedAndThatWillTell() {
    Publish announced = version(2);
    selector.target(announced);
    String digest = "sha256:" + "a".repeat(64);
    selector.loaded(new Publish("m", 2, announced.uri(), digest, 2, true, null));
    Publish other = new Publish("m", 2, announced.uri(), "sha256:" + "b".repeat(64), 3, true, null);
    assertThat(selector.target(other)).isEqualTo(new Step.Load(other));
  }
}
