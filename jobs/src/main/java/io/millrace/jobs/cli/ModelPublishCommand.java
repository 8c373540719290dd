package io.millrace.jobs.cli;

import io.millrace.connectors.control.CommandPublisher;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.flink.ModelBase;
import io.millrace.flink.ModelPackage;
import io.millrace.flink.TimelineFile;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.TimelineUpdate;
import io.millrace.model.Command.Publish;
import io.millrace.model.Manifest;
import io.millrace.model.ModelException;
import io.millrace.model.ModelVersion;
import io.millrace.serving.ModelTimeline;
import io.millrace.tensorflow.SavedModelReader;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Announces a version to the running jobs of a model. */
@Command(
    name = "publish",
    description = {
      "Announces a version on the control topic. The files are read first: what cannot be read is"
          + " not announced, and jobs accept nothing but these very bytes.",
      "Exit code 0 if it is announced, with --wait 0 if it scores on every subtask and 4 if one"
          + " rejects it.",
    },
    footer = {
      "",
      "Examples:",
      "  millrace model publish hdfs:///models/fraud/7 --config fraud.yaml",
      "  millrace model publish hdfs:///models/fraud/7 --config fraud.yaml --wait",
      "  millrace model publish hdfs:///models/fraud/8 --config fraud.yaml \\",
      "    --effective-from 2026-01-31T00:00:00Z",
      "  millrace model publish /models/fraud/7 --model fraud --topic models \\",
      "    --bootstrap-servers localhost:9092"
    })
final class ModelPublishCommand implements Callable<Integer> {

  @Mixin private ModelArgument model = new ModelArgument();

  @Mixin private ControlTopicOptions control = new ControlTopicOptions();

  @Option(
      names = "--version",
      paramLabel = "NUMBER",
      description = "The version; by default the last segment of PATH.")
  private @Nullable Long version;

  @Option(
      names = "--digest",
      paramLabel = "sha256:...",
      description =
          "What the files hash to; PATH is not read then, nor its manifest compared with name and"
              + " version.")
  private @Nullable String digest;

  @Option(
      names = "--no-activate",
      description = "Only make the version known; another command activates it.")
  private boolean inactive;

  @Option(
      names = "--effective-from",
      paramLabel = "TIME",
      description =
          "The event time from which it is valid, as 2026-01-31T00:00:00Z; kept in timeline.json"
              + " beside the versions, for replays.")
  private @Nullable Instant effectiveFrom;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private WaitOptions waiting = new WaitOptions();

  @Override
  public Integer call() throws Exception {
    ControlTopicOptions.Target target = control.target();
    checkOptions();
    Publish publish = publish(target.model());
    TimelineFile timeline = effectiveFrom == null ? null : timeline(publish);
    Rollout rollout = new Rollout(publish, control.job());
    try (RolloutWatch watch = watch(rollout)) {
      send(publish, target, timeline);
      if (watch != null) {
        watch.await();
        Console.out(spec).printf("%s scores on %d subtasks%n", rollout, rollout.count());
      }
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
    return ExitCode.DONE;
  }

  private void checkOptions() throws ConfigurationException, CommandException {
    if (effectiveFrom == null
        && control.configuration().get(InferenceOptions.SWITCH_POLICY) == SwitchPolicy.EVENT_TIME) {
      throw CommandException.usage(
          "model.switch-policy is event-time: expected --effective-from, the event time from which"
              + " the version is valid",
          null);
    }
    if (effectiveFrom != null && inactive) {
      throw CommandException.usage(
          "--no-activate and --effective-from: expected one of them; what is valid from a time on"
              + " is active from then on",
          null);
    }
    if (waiting.isAsked() && inactive) {
      throw CommandException.usage(
          "--no-activate and --wait: expected one of them; what is not activated is not loaded",
          null);
    }
    if (waiting.isAsked() && effectiveFrom != null) {
      throw CommandException.usage(
          "--effective-from and --wait: expected one of them; that a version is loaded does not say"
              + " that its time has come, and 'millrace model status' shows where it is loaded",
          null);
    }
    waiting.check();
  }

  private @Nullable RolloutWatch watch(Rollout rollout) throws Exception {
    return waiting.isAsked()
        ? waiting.open(rollout, control.configuration(), Console.err(spec))
        : null;
  }

  private void send(
      Publish publish, ControlTopicOptions.Target target, @Nullable TimelineFile timeline)
      throws CommandException, IOException, InterruptedException {
    try (CommandPublisher publisher = CommandPublisher.open(target.client(), target.topic())) {
      long offset = publisher.send(publish);
      Console.out(spec)
          .printf(
              "published %s/%d (%s) as %s at offset %d of topic %s%n",
              publish.model(),
              publish.version(),
              publish.digest(),
              publish.uri(),
              offset,
              target.topic());
      if (timeline != null) {
        update(timeline, target, offset);
      }
    }
  }

  /** The timeline that the version goes into; refused as long as nothing is announced. */
  private TimelineFile timeline(Publish publish)
      throws ConfigurationException, CommandException, ModelException, InterruptedException {
    TimelineFile file =
        TimelineOptions.file(control.configuration(), publish.uri(), publish.version());
    ModelTimeline before = file.read(publish.model()).orElse(null);
    if (before != null && before.contradicts(publish)) {
      throw CommandException.failed(
          "version %d of '%s' is in %s with other bytes than %s: give new bytes a new version"
              .formatted(publish.version(), publish.model(), file, publish.digest()),
          null);
    }
    return file;
  }

  private void update(TimelineFile file, ControlTopicOptions.Target target, long offset)
      throws CommandException, InterruptedException {
    try {
      TimelineUpdate.run(target.model(), file, target.client(), target.topic());
    } catch (IOException | ModelException e) {
      throw CommandException.failed(
          "published at offset %d, but %s is not brought up to date: %s; 'millrace model timeline"
                  .formatted(offset, file, e.getMessage())
              + " --rebuild' does it later",
          e);
    }
    Console.out(spec).printf("timeline %s: valid from %s%n", file, effectiveFrom);
  }

  private Publish publish(String name)
      throws ModelException, InterruptedException, CommandException {
    if (digest != null) {
      return publish(name, model.location(), digest);
    }
    try (ModelArgument.Opened opened = model.open()) {
      SavedModelReader.read(opened.files().directory()).graph(model.tags());
      Publish publish = publish(name, opened.location(), opened.files().digest());
      requirePackagedAs(publish);
      return publish;
    }
  }

  // The bytes would be the right ones, but every prediction would name another version.
  private static void requirePackagedAs(Publish publish)
      throws ModelException, InterruptedException, CommandException {
    Manifest manifest = ModelPackage.at(publish.uri()).manifest().orElse(null);
    if (manifest == null) {
      return;
    }
    ModelVersion packaged = manifest.version();
    if (!packaged.model().equals(publish.model()) || packaged.version() != publish.version()) {
      throw CommandException.usage(
          "%s is packaged as %s: expected %s/%d; publish it as what it is, or remove its %s and"
                  .formatted(
                      publish.uri(),
                      packaged,
                      publish.model(),
                      publish.version(),
                      Manifest.FILE_NAME)
              + " package it as what it is to be",
          null);
    }
  }

  private Publish publish(String name, URI location, String bytes) throws CommandException {
    try {
      ModelBase.Located located = ModelBase.exact(location, version);
      return new Publish(
          name, located.version(), located.uri(), bytes, 0, !inactive, effectiveFrom);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    }
  }
}
