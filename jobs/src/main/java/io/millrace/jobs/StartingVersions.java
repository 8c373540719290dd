package io.millrace.jobs;

import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.flink.ModelBase;
import io.millrace.flink.ModelBase.Located;
import io.millrace.flink.ModelLocation;
import io.millrace.flink.TimelineFile;
import io.millrace.model.Command;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.Timeline;
import io.millrace.serving.ModelTimeline;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a job without state starts with: what the control topic says, else what its configuration
 * says.
 */
final class StartingVersions {
  private static final Logger LOG = LoggerFactory.getLogger(StartingVersions.class);

  private final String model;
  private final ReadableConfig config;

  StartingVersions(ReadableConfig config) {
    this.model = config.get(InferenceOptions.NAME);
    this.config = config;
  }

  /** Locations below which models may lie: what the job names, else its own base or version. */
  List<String> roots() {
    List<String> named = config.getOptional(InferenceOptions.ROOTS).orElse(List.of());
    if (!named.isEmpty()) {
      return named;
    }
    String base = config.getOptional(ScoreTopicOptions.MODEL_BASE).orElse(null);
    if (base != null) {
      return List.of(base);
    }
    return config.getOptional(ScoreTopicOptions.MODEL_URI).map(List::of).orElse(List.of());
  }

  /**
   * The commands that the operator starts with.
   *
   * @param history the control topic's commands, those about other models among them
   * @throws ModelException if there is no version anywhere, or its base cannot be listed
   */
  List<Command> commands(List<Command> history)
      throws ConfigurationException, ModelException, InterruptedException {
    List<Command> own = own(history);
    if (config.get(InferenceOptions.SWITCH_POLICY) == SwitchPolicy.EVENT_TIME) {
      return byTime(own);
    }
    List<Command> all = new ArrayList<>();
    try {
      all.addAll(configured());
    } catch (ConfigurationException | ModelException e) {
      if (active(own).isEmpty()) {
        throw e;
      }
      LOG.info("The control topic alone decides what scores: {}", e.getMessage());
    }
    // The configured version stands behind what the topic published, for a rollback to it; of a
    // version that the topic names as well, the topic's word counts.
    all.removeIf(
        configured -> own.stream().anyMatch(command -> isSameVersion(configured, command)));
    all.addAll(own);
    return all;
  }

  // What the control topic has let go of is in the timeline beside the versions.
  private List<Command> byTime(List<Command> own)
      throws ConfigurationException, ModelException, InterruptedException {
    Set<Command> entries = new LinkedHashSet<>();
    String base = config.getOptional(ScoreTopicOptions.MODEL_BASE).orElse(null);
    if (base != null) {
      TimelineFile.in(location(ScoreTopicOptions.MODEL_BASE, base))
          .read(model)
          .ifPresent(timeline -> entries.addAll(timeline.entries()));
    }
    own.stream().filter(ModelTimeline::isEntry).forEach(entries::add);
    if (entries.isEmpty()) {
      throw new ConfigurationException(
          "no version of '"
              + model
              + "' to start with: expected one with an effective-from in the control topic or in "
              + TimelineFile.NAME
              + " below "
              + ScoreTopicOptions.MODEL_BASE.key()
              + ", as "
              + InferenceOptions.SWITCH_POLICY.key()
              + " is event-time");
    }
    return List.copyOf(entries);
  }

  /** Those that are about this job's model. */
  List<Command> own(List<Command> history) {
    return history.stream().filter(command -> command.model().equals(model)).toList();
  }

  private static boolean isSameVersion(Command configured, Command command) {
    return configured instanceof Publish first
        && command instanceof Publish second
        && first.version() == second.version();
  }

  /** Whether the configuration names one version, rather than whichever is the latest. */
  boolean isExplicit() {
    return config.getOptional(ScoreTopicOptions.MODEL_URI).isPresent()
        || config.get(ScoreTopicOptions.VERSION_POLICY).matches("[0-9]+");
  }

  /**
   * As {@link #commands}, for a job that is restored: its state decides, and a base that cannot be
   * listed any more must not keep it from starting.
   */
  List<Command> commandsIfAny(List<Command> history) throws InterruptedException {
    try {
      return commands(history);
    } catch (ConfigurationException | ModelException e) {
      LOG.warn("The restored state alone decides what scores: {}", e.getMessage());
      return own(history);
    }
  }

  /** The version that these commands amount to. */
  Optional<Publish> active(List<Command> commands) {
    Timeline timeline = new Timeline(model);
    for (Command command : commands) {
      try {
        timeline.accept(command);
      } catch (ModelException e) {
        LOG.info("Command {} of '{}' has no effect: {}", command.sequence(), model, e.getMessage());
      }
    }
    return timeline.active();
  }

  // Sequences below 0: any command of the control topic overrules the configuration.
  private List<Command> configured()
      throws ConfigurationException, ModelException, InterruptedException {
    String digest = config.getOptional(ScoreTopicOptions.MODEL_DIGEST).orElse(null);
    String uri = config.getOptional(ScoreTopicOptions.MODEL_URI).orElse(null);
    if (uri != null) {
      Long version = config.getOptional(ScoreTopicOptions.MODEL_VERSION).orElse(null);
      return List.of(publish(exact(uri, version), digest, Command.CONFIGURED, true));
    }
    String base = config.getOptional(ScoreTopicOptions.MODEL_BASE).orElse(null);
    if (base == null) {
      throw new ConfigurationException(
          "no version of '"
              + model
              + "' to start with: expected "
              + ScoreTopicOptions.MODEL_BASE.key()
              + " or "
              + ScoreTopicOptions.MODEL_URI.key()
              + ", or a published version in the control topic");
    }
    return belowBase(ModelBase.of(location(ScoreTopicOptions.MODEL_BASE, base), roots()), digest);
  }

  private static URI location(ConfigOption<String> option, String text)
      throws ConfigurationException {
    try {
      return ModelLocation.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(option.key() + ": " + e.getMessage(), e);
    }
  }

  private static Located exact(String uri, @Nullable Long version) throws ConfigurationException {
    try {
      return ModelBase.exact(location(ScoreTopicOptions.MODEL_URI, uri), version);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          ScoreTopicOptions.MODEL_URI.key() + ": " + e.getMessage(), e);
    }
  }

  private List<Command> belowBase(ModelBase base, @Nullable String digest)
      throws ModelException, InterruptedException {
    String policy = config.get(ScoreTopicOptions.VERSION_POLICY);
    if (policy.equals("latest")) {
      return List.of(publish(base.latest(), digest, Command.CONFIGURED, true));
    }
    if (!policy.equals("all")) {
      return List.of(
          publish(base.version(Long.parseLong(policy)), digest, Command.CONFIGURED, true));
    }
    List<Located> versions = base.versions();
    List<Command> commands = new ArrayList<>();
    for (int i = 0; i < versions.size(); i++) {
      boolean last = i == versions.size() - 1;
      commands.add(publish(versions.get(i), null, i - versions.size(), last));
    }
    return commands;
  }

  private Publish publish(
      Located located, @Nullable String digest, long sequence, boolean activate) {
    return new Publish(model, located.version(), located.uri(), digest, sequence, activate, null);
  }
}
