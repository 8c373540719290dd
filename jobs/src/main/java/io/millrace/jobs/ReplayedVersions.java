package io.millrace.jobs;

import io.millrace.connectors.files.LocatedRecord;
import io.millrace.flink.Inference;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.serving.ModelTimeline;
import io.millrace.tensor.Signature;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a replay scores with, every version told by its bytes.
 *
 * @param commands that publish the versions
 * @param timeline that says when each is valid, null where one version scores all
 * @param signatures of the versions, each once
 */
record ReplayedVersions(
    List<Command> commands, @Nullable ModelTimeline timeline, Set<Signature> signatures) {
  ReplayedVersions {
    commands = List.copyOf(commands);
    signatures = Set.copyOf(signatures);
  }

  /**
   * Fetches them, as {@link ReplayedVersion} and {@link ReplayedTimeline} say.
   *
   * @throws ModelException as they say
   */
  static ReplayedVersions of(ReadableConfig config)
      throws ConfigurationException, SubmissionException, ModelException, InterruptedException {
    String location = config.getOptional(ReplayOptions.TIMELINE).orElse(null);
    if (location == null) {
      ReplayedVersion only = ReplayedVersion.of(config);
      return new ReplayedVersions(List.of(only.publish()), null, Set.of(only.signature()));
    }
    ReplayedTimeline replayed = ReplayedTimeline.of(config, location);
    ModelTimeline timeline = replayed.timeline();
    return new ReplayedVersions(List.copyOf(timeline.entries()), timeline, replayed.signatures());
  }

  /**
   * The signature of all versions, for what can have but one.
   *
   * @throws ConfigurationException if they have not one
   */
  Signature signature() throws ConfigurationException {
    if (signatures.size() > 1) {
      throw new ConfigurationException(
          "%s: its versions have %d signatures, %s: expected one, as files with types have one schema"
              .formatted(ReplayOptions.TIMELINE.key(), signatures.size(), signatures));
    }
    return signatures.iterator().next();
  }

  /** Lets them score. */
  void addTo(Inference<LocatedRecord> inference, ReadableConfig config, AvroInput avro) {
    if (timeline == null) {
      Publish version = (Publish) commands.get(0);
      inference.model(
          version.model(), version.version(), version.uri().toString(), version.digest());
      return;
    }
    inference.timeline(timeline).timestamps(LocatedRecord.timestamps(ReplayTimes.of(config, avro)));
  }
}
