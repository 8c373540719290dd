package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.Tensors;
import io.millrace.testing.models.WarmUpRequests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a version has to get through between its load and its first record. */
class WarmUpITCase {
  @TempDir private Path roots;

  @BeforeEach
  void twoVersions() {
    SavedModels.failing(roots.resolve("1"));
    SavedModels.failing(roots.resolve("2"));
  }

  @AfterEach
  void nothingIsHeld() {
    assertThat(SharedModel.held()).isZero();
  }

  private static byte[] request(float... x) {
    return WarmUpRequests.predict("", Map.of("x", Tensors.floats(x, x.length)));
  }

  private void golden(String json) throws Exception {
    Path folder = Files.createDirectories(roots.resolve("2/assets.extra"));
    Files.writeString(folder.resolve("golden.json"), json.replace('\'', '"'));
  }

  private Harness open() throws Exception {
    return Harness.open(roots, List.of(Harness.publish(roots, 1, 1)), 4, RunIn.TASK);
  }

  private void assertAccepted() throws Exception {
    try (Harness harness = open()) {
      harness.command(Harness.publish(roots, 2, 2));
      harness.awaitActive(2);
    }
  }

  /** Publishes version 2 to an operator that scores with 1, and goes on doing so. */
  private void assertRejected(ModelReason reason, String... message) throws Exception {
    try (Harness harness = open()) {
      harness.record(1);
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> harness.events().stream().anyMatch(event -> event.reason() != null));
      harness.record(2);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@1");
      ModelEvent event =
          harness.events().stream().filter(it -> it.reason() != null).findFirst().orElseThrow();
      assertThat(event.reason()).isEqualTo(reason);
      assertThat(event.message()).contains(message);
    }
  }

  @Test
  void fault10_warmUpRequestFails_isRejectedAndTheOldVersionGoesOn() throws Exception {
    WarmUpRequests.write(roots.resolve("2"), request(1, 4, 9), request(4, 9, -1, 16));
    assertRejected(
        ModelReason.WARM_UP_FAILED,
        "'assets.extra/tf_serving_warmup_requests', record 1, row 2",
        "negative x");

    WarmUpRequests.write(roots.resolve("2"), request(1, 4, 9), request(4, 9, 16));
    assertAccepted();
  }

  @Test
  void fault10_warmUpRequestDoesNotFit_isRejectedAndTheOldVersionGoesOn() throws Exception {
    byte[] other = WarmUpRequests.predict("", Map.of("z", Tensors.floats(new float[1], 1)));
    WarmUpRequests.write(roots.resolve("2"), other);
    assertRejected(
        ModelReason.WARM_UP_FAILED, "tf_serving_warmup_requests', record 0", "'z'", "[x]");
  }

  @Test
  void fault10_recordOfTheJobFails_isRejectedUnlessTheVersionHasRequestsOfItsOwn()
      throws Exception {
    WarmUpRequests.write(roots.resolve("1"), request(1));
    SavedModels.failing(roots.resolve("3"));
    WarmUpRequests.write(roots.resolve("3"), request(1));
    try (Harness harness =
        Harness.warmedUpWith(List.of(1f, 4f, -9f), roots, Harness.publish(roots, 1, 1))) {
      harness.start(null);
      harness.command(Harness.publish(roots, 2, 2));
      harness.await(() -> harness.events().stream().anyMatch(event -> event.reason() != null));
      ModelEvent event =
          harness.events().stream().filter(it -> it.reason() != null).findFirst().orElseThrow();
      assertThat(event.reason()).isEqualTo(ModelReason.WARM_UP_FAILED);
      assertThat(event.message()).contains("'samples.jsonl', record 2", "negative x");
      assertThat(harness.activeVersion()).isEqualTo(1);

      harness.command(Harness.publish(roots, 3, 3));
      harness.awaitActive(3);
    }
  }

  @Test
  void goldenRowsDiffer_isRejectedAndTheOldVersionGoesOn() throws Exception {
    golden("{'inputs': {'x': [4, 9, 2, 16, 25]}, 'outputs': {'y': [2, 3, 1.4143, 4, 5.5]}}");
    assertRejected(
        ModelReason.GOLDEN_MISMATCH,
        "'assets.extra/golden.json'",
        "2 value(s) of 5 row(s) differ (tolerance: absolute 1.0E-6, relative 1.0E-5)",
        "row 2, output 'y': expected 1.4143, got 1.4142",
        "row 4, output 'y': expected 5.5, got 5.0");
  }

  @Test
  void goldenRowsAreRight_withinTheirTolerance_isAccepted() throws Exception {
    golden(
        "{'instances': [4, 9, 2], 'outputs': {'y': [2, 3, 1.4143]},"
            + " 'tolerance': {'absolute': 0.001}}");
    assertAccepted();
  }

  @Test
  void goldenFileIsNone_isRejected() throws Exception {
    golden("{'inputs': {'x': [4]}, 'outputs': {'y': [2]}, 'tolerances': {}}");
    assertRejected(ModelReason.GOLDEN_MISMATCH, "golden.json': expected an object of");
  }
}
