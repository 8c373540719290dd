package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.apache.flink.configuration.Configuration;

/** Versions by event time, and the operator with them, all of which lets go of its models. */
final class EventTimeBench implements AutoCloseable {
  final Path roots;
  final Configuration options = new Configuration();

  /**
   * @param roots a folder for the versions
   */
  EventTimeBench(Path roots) {
    this.roots = roots;
    options.set(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME);
    options.set(InferenceOptions.MAX_BATCH_SIZE, 100);
  }

  Command version(long version, long sequence, long fromMillis) {
    Path directory = roots.resolve(Long.toString(version));
    if (!Files.exists(directory)) {
      SavedModels.constantVersion(directory, version);
    }
    return missing(version, sequence, fromMillis);
  }

  Publish missing(long version, long sequence, long fromMillis) {
    Publish publish = Harness.publish(roots, version, sequence);
    return new Publish(
        publish.model(),
        version,
        publish.uri(),
        null,
        sequence,
        true,
        Instant.ofEpochMilli(fromMillis));
  }

  List<Command> oneThenTwo() {
    return List.of(version(1, 1, 100), version(2, 2, 200));
  }

  Harness open(List<Command> initial) throws Exception {
    return Harness.open(roots.toString(), initial, options);
  }

  @Override
  public void close() {
    assertThat(SharedModel.held()).as("models that are held").isZero();
  }
}
