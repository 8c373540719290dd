package io.millrace.jobs.cli;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.TimelineCheck;
import io.millrace.flink.TimelineFile;
import io.millrace.jobs.ConfigurationException;
import io.millrace.jobs.ScoreTopicOptions;
import io.millrace.jobs.TimelineUpdate;
import io.millrace.model.Command.Publish;
import io.millrace.model.ModelException;
import io.millrace.model.ShownLocation;
import io.millrace.serving.ModelTimeline;
import io.millrace.serving.ModelTimeline.Period;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which version of a model is valid when. */
@Command(
    name = "timeline",
    description = {
      "Prints which version is valid from which event time on, as timeline.json beside the versions"
          + " has it from 'model publish --effective-from'.",
      "Exit code 0 if it is as it should be, 3 if --check found a version gone or changed.",
    },
    footer = {
      "",
      "Examples:",
      "  millrace model timeline hdfs:///models/fraud",
      "  millrace model timeline --config fraud.yaml --check",
      "  millrace model timeline --config fraud.yaml --rebuild"
    })
final class ModelTimelineCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "PATH",
      arity = "0..1",
      description =
          "The folder of the model's versions: a local path, hdfs:// or s3://. By default model.base"
              + " of --config.")
  private @Nullable String path;

  @Mixin private ControlTopicOptions control = new ControlTopicOptions();

  @Option(
      names = "--check",
      description = "Fetch every version that is valid at some time, and compare its digest.")
  private boolean check;

  @Option(
      names = "--rebuild",
      description =
          "Add what the control topic has and the timeline has not, or write it where it is gone.")
  private boolean rebuild;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    URI base = base(control.configuration());
    String model = model(control.configuration(), base);
    TimelineFile file = file(base);
    if (rebuild) {
      rebuild(model, file);
    }
    ModelTimeline timeline = file.read(model).orElse(null);
    if (timeline == null) {
      throw CommandException.failed(
          "there is no %s: expected one, which 'millrace model publish --effective-from' writes"
              .formatted(file),
          null);
    }
    print(timeline);
    if (check) {
      check(file, timeline);
    }
    return ExitCode.DONE;
  }

  private URI base(Configuration config) throws CommandException {
    String location =
        path != null ? path : config.getOptional(ScoreTopicOptions.MODEL_BASE).orElse(null);
    if (location == null) {
      throw CommandException.usage(
          "PATH is missing: expected it, or --config with " + ScoreTopicOptions.MODEL_BASE.key(),
          null);
    }
    return Locations.parse(location);
  }

  private static String model(Configuration config, URI base) throws CommandException {
    String named = config.getOptional(InferenceOptions.NAME).orElse(null);
    Path folder = Path.of(base.getPath()).getFileName();
    if (named == null && folder == null) {
      throw CommandException.usage(
          "--model is missing: expected it, or a folder of versions with the model's name", null);
    }
    return named != null ? named : String.valueOf(folder);
  }

  private static TimelineFile file(URI base) throws CommandException {
    try {
      return TimelineFile.in(base);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    }
  }

  // The name is the file's, however it was found; the topic has commands of other models too.
  private void rebuild(String model, TimelineFile file)
      throws CommandException, ConfigurationException, ModelException, InterruptedException {
    ControlTopicOptions.Target target = control.target(model);
    try {
      int commands = TimelineUpdate.run(model, file, target.client(), target.topic());
      Console.out(spec)
          .printf("rebuilt %s from %d commands of topic %s%n", file, commands, target.topic());
    } catch (IOException e) {
      throw CommandException.failed(String.valueOf(e.getMessage()), e);
    }
  }

  private void print(ModelTimeline timeline) {
    PrintWriter out = Console.out(spec);
    for (Period period : timeline.periods()) {
      Publish version = period.version();
      out.printf(
          "%s  %s/%d  %s  %s%n",
          period.from(),
          version.model(),
          version.version(),
          version.digest() == null ? "any bytes" : version.digest(),
          ShownLocation.of(version.uri().toString()));
    }
  }

  private void check(TimelineFile file, ModelTimeline timeline)
      throws CommandException, InterruptedException {
    List<String> roots =
        timeline.validFrom(Long.MIN_VALUE).stream()
            .map(version -> version.uri().toString())
            .toList();
    List<String> findings =
        roots.isEmpty() ? List.of() : TimelineCheck.of(timeline, FileSystemModelStore.of(roots));
    findings.forEach(Console.out(spec)::println);
    if (!findings.isEmpty()) {
      throw CommandException.refused(
          "%s cannot be replayed as it is: %d of its versions are gone, changed or without effect"
              .formatted(file, findings.size()));
    }
    Console.out(spec).printf("checked %d versions%n", roots.size());
  }
}
