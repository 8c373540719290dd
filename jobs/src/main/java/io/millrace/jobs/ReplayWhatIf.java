package io.millrace.jobs;

import java.net.URI;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.fs.Path;

/**
 * A replay with another version than the configuration says, beside the output that it is held
 * against.
 *
 * @param configuration of the replay, into an output of its own
 * @param against the output that the configuration's own replay has
 */
public record ReplayWhatIf(Configuration configuration, URI against) {

  /**
   * The configuration with this version in the place of its own. The output lies beside the
   * configuration's: {@code <output.path>-what-if-<version>}.
   *
   * @param configuration of a replay, checked
   * @throws ConfigurationException if it says where one version lies rather than where all do, or
   *     its output is not of JSON lines
   */
  public static ReplayWhatIf of(Configuration configuration, long version)
      throws ConfigurationException {
    if (configuration.getOptional(ScoreTopicOptions.MODEL_BASE).isEmpty()) {
      throw new ConfigurationException(
          "what if of version %d: expected model.base, below which it lies%s"
              .formatted(
                  version,
                  configuration
                      .getOptional(ScoreTopicOptions.MODEL_URI)
                      .map(uri -> ", in the place of model.uri " + uri)
                      .orElse(" even where a timeline names the others")));
    }
    if (configuration.get(ReplayOptions.OUTPUT_FORMAT) != ReplayOptions.OutputFormat.JSON) {
      throw new ConfigurationException(
          "%s is %s: expected json, which is what outputs are compared in"
              .formatted(
                  ReplayOptions.OUTPUT_FORMAT.key(),
                  Setting.spell(configuration.get(ReplayOptions.OUTPUT_FORMAT))));
    }
    Path output = ReplayRequirements.output(configuration);
    Configuration other = new Configuration(configuration);
    other.set(ScoreTopicOptions.VERSION_POLICY, Long.toString(version));
    // They are about the versions that are not asked about.
    other.removeConfig(ReplayOptions.TIMELINE);
    other.removeConfig(ScoreTopicOptions.MODEL_DIGEST);
    other.removeConfig(ScoreTopicOptions.MODEL_VERSION);
    // As a URI: a path by itself would be taken for one, whatever it has in it.
    Path beside = new Path(output.getParent(), output.getName() + "-what-if-" + version);
    other.set(ReplayOptions.OUTPUT_PATH, beside.toUri().toString());
    ReplayRequirements.check(other);
    return new ReplayWhatIf(other, output.toUri());
  }

  /** Where the replay's own output is. */
  public URI output() throws ConfigurationException {
    return ReplayRequirements.output(configuration).toUri();
  }
}
