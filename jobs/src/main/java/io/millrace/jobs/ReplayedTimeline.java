package io.millrace.jobs;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.ModelLocation;
import io.millrace.flink.TimelineCheck;
import io.millrace.flink.TimelineCheck.Result;
import io.millrace.flink.TimelineFile;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.serving.ModelTimeline;
import io.millrace.tensor.Signature;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ReadableConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the records of a replay are scored with, each by its time: versions by their bytes.
 *
 * @param signatures of the versions, each once
 */
record ReplayedTimeline(ModelTimeline timeline, Set<Signature> signatures) {
  /** What the configuration says for the timeline in the folder of versions. */
  static final String BESIDE_THE_VERSIONS = "true";

  private static final Logger LOG = LoggerFactory.getLogger(ReplayedTimeline.class);

  /**
   * Fetches every version once, before anything else is read: what it hashes to now is what every
   * task must find.
   *
   * @param location as the configuration says it
   * @throws SubmissionException naming every version that is gone or has other bytes than it had
   * @throws ConfigurationException where there is no timeline, or none with a version
   * @throws ModelException if the timeline cannot be read or is malformed
   */
  static ReplayedTimeline of(ReadableConfig config, String location)
      throws ConfigurationException, SubmissionException, ModelException, InterruptedException {
    String model = config.get(InferenceOptions.NAME);
    TimelineFile file = TimelineFile.in(folder(config, location));
    ModelTimeline timeline = file.read(model).orElse(ModelTimeline.empty(model));
    if (timeline.periods().isEmpty()) {
      throw new ConfigurationException(
          "%s: %s has no version of '%s': expected some that were published with effective-from"
              .formatted(ReplayOptions.TIMELINE.key(), file, model));
    }
    FileSystemModelStore store =
        FileSystemModelStore.of(new StartingVersions(config).roots())
            .with(config.get(InferenceOptions.INTEGRITY));
    Set<Signature> signatures = new HashSet<>();
    Result found =
        TimelineCheck.run(
            timeline, store, files -> signatures.add(ReplayedVersion.signature(config, files)));
    found.ineffective().forEach(line -> LOG.warn("{}: {}", file, line));
    if (!found.missing().isEmpty()) {
      throw new SubmissionException(
          "%s: %s names what cannot be replayed: %s"
              .formatted(ReplayOptions.TIMELINE.key(), file, String.join("; ", found.missing())));
    }
    return new ReplayedTimeline(pinned(timeline, found), signatures);
  }

  private static ModelTimeline pinned(ModelTimeline timeline, Result found) throws ModelException {
    List<Publish> pinned = new ArrayList<>(timeline.entries());
    pinned.removeAll(timeline.conflicting());
    pinned.replaceAll(
        entry -> {
          String digest = found.digests().get(entry.version());
          // Of one that another overruled for all its time, nobody asks for the bytes.
          return digest == null ? entry : entry.withDigest(digest);
        });
    return ModelTimeline.of(timeline.model(), pinned);
  }

  private static URI folder(ReadableConfig config, String location) throws ConfigurationException {
    String text =
        location.equals(BESIDE_THE_VERSIONS)
            ? config.getOptional(ScoreTopicOptions.MODEL_BASE).orElse("")
            : folderOf(location);
    try {
      return ModelLocation.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(ReplayOptions.TIMELINE.key() + ": " + e.getMessage(), e);
    }
  }

  /** Of a timeline that is named by its folder, or by its file. */
  private static String folderOf(String location) throws ConfigurationException {
    int slash = location.lastIndexOf('/');
    String name = location.substring(slash + 1);
    if (name.equals(TimelineFile.NAME)) {
      return slash < 0 ? "." : location.substring(0, slash + 1);
    }
    if (name.endsWith(".json")) {
      throw new ConfigurationException(
          "%s: expected a folder with %s in it, or that file; got another one"
              .formatted(ReplayOptions.TIMELINE.key(), TimelineFile.NAME));
    }
    return location;
  }
}
