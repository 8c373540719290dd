package io.millrace.jobs.cli;

import io.millrace.flink.TimelineFile;
import io.millrace.jobs.ScoreTopicOptions;
import java.net.URI;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;

/** Where the timeline of a model lies: beside its versions. */
final class TimelineOptions {
  private TimelineOptions() {}

  /** In the folder of versions that the job's configuration names, or in this version's. */
  static TimelineFile file(ReadableConfig config, URI version, long number)
      throws CommandException {
    String base = config.getOptional(ScoreTopicOptions.MODEL_BASE).orElse(null);
    if (base != null) {
      return TimelineFile.in(Locations.parse(base));
    }
    URI above = above(version, number);
    if (above == null) {
      throw CommandException.usage(
          "--effective-from: no folder of versions to keep the timeline in; expected %s in --config"
                  .formatted(ScoreTopicOptions.MODEL_BASE.key())
              + ", or a location such as <model>/<version>",
          null);
    }
    return TimelineFile.in(above);
  }

  private static @Nullable URI above(URI version, long number) {
    String text = version.toString();
    String last = text.substring(text.lastIndexOf('/') + 1);
    return last.matches("0*" + number) ? version.resolve(".") : null;
  }
}
