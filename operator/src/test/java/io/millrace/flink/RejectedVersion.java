package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelEvent;
import java.nio.file.Path;
import java.util.List;

/** A version that is published to an operator which scores with version 1, and goes on doing so. */
final class RejectedVersion {
  private RejectedVersion() {}

  /** The event that rejects it. */
  static ModelEvent of(Path roots, Publish publish) throws Exception {
    try (Harness harness =
        Harness.open(roots, List.of(Harness.publish(roots, 1, 1)), 100, RunIn.TASK)) {
      harness.record(1);
      harness.command(publish);
      harness.await(() -> harness.events().stream().anyMatch(event -> event.reason() != null));
      harness.record(2);
      harness.endOfRecords();
      assertThat(harness.output()).containsExactly("1.0@1", "2.0@1");
      return harness.events().stream()
          .filter(event -> event.reason() != null)
          .findFirst()
          .orElseThrow();
    }
  }
}
