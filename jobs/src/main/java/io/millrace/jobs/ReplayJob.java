package io.millrace.jobs;

import io.millrace.connectors.files.FieldKeys;
import io.millrace.connectors.files.FileOutcome;
import io.millrace.connectors.files.FileOutput;
import io.millrace.connectors.files.LocatedRecord;
import io.millrace.connectors.files.OutputFolder;
import io.millrace.connectors.files.PredictionFiles;
import io.millrace.connectors.files.RunSummary;
import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.UnfitRuntimeException;
import io.millrace.flink.UserJars;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.model.ModelException;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.BatchExecutionOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scores files of records with one version of a model, or each record with the version that was
 * valid at its time: the operator and the record formats of {@code score-topic}, from files to a
 * folder that shows when it is whole.
 *
 * <pre>{@code
 * flink run -c io.millrace.jobs.ReplayJob millrace-job.jar --config replay.yaml
 * }</pre>
 */
public final class ReplayJob {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayJob.class);

  private ReplayJob() {}

  /** Builds the job from a file and overrides and runs it where Flink says. */
  public static void main(String[] args) throws Exception {
    Configuration config;
    StreamExecutionEnvironment env;
    try {
      // First of all: another Flink lacks what the rest of this class uses.
      FlinkVersion.require("this process", EnvironmentInformation.getVersion());
      config = ReplayArguments.parse(args).configuration();
      env = StreamExecutionEnvironment.getExecutionEnvironment();
      build(env, config);
    } catch (ConfigurationException | IOException | ModelException | UnfitRuntimeException e) {
      // Of this exception alone, Flink's command line prints the message and nothing else.
      throw (ProgramParametrizationException)
          new ProgramParametrizationException(String.valueOf(e.getMessage())).initCause(e);
    }
    env.execute(config.get(ReplayOptions.JOB_NAME));
  }

  /**
   * Adds the whole job to an environment.
   *
   * @throws ConfigurationException for a key that is missing or does not go with another, or an
   *     input that has nothing to read
   * @throws IOException in one line, if an input does not exist, the output does, or the cluster
   *     cannot run the job
   * @throws ModelException if a version is gone, or its files are not those that are meant
   */
  public static void build(StreamExecutionEnvironment env, Configuration config)
      throws ConfigurationException, IOException, ModelException, InterruptedException {
    ReplayRequirements.check(config);
    // Not refused: one configuration serves with a timeline and without.
    ReplayTimes.unused(config).forEach(LOG::warn);
    UserJars.refuseTensorFlow();
    ClusterFacts cluster = ClusterFacts.of(env.getConfiguration()).orElse(null);
    if (cluster != null) {
      cluster.requireFit();
    }
    List<Path> inputs = ReplayRequirements.inputs(config);
    ReplayInputs.require(ReplayOptions.INPUT_PATHS.key(), inputs);
    // Before versions are fetched, of which there may be many.
    OutputFolder output =
        OutputFolder.prepare(
            ReplayRequirements.output(config), config.get(ReplayOptions.OVERWRITE));
    Configuration scoring = ReplayRequirements.scoring(config);
    AvroInput avro = AvroInput.open(scoring, ReplayOptions.records(scoring));
    ReplayedVersions versions = ReplayedVersions.of(scoring);
    PredictionFiles format = ReplayFiles.of(config, versions, avro);
    Source<LocatedRecord, ?, ?> source = HistorySource.of(scoring, inputs, versions, avro);
    env.configure(flinkOptions(config));
    env.configure(restarts(env.getConfiguration()));
    // A cluster's own interval would have the source go on where the files it was written to do
    // not.
    env.getCheckpointConfig().disableCheckpointing();
    if (cluster != null) {
      StartingMemory.require(scoring, cluster, versions.commands(), env.getParallelism());
    }
    Inference<LocatedRecord> inference =
        inference(records(env, source, scoring, avro), scoring, versions, avro);
    DataStream<FileOutcome> outcomes =
        inference
            .predictions(
                FileOutput.predictions(format), FileOutput.deadLetters(), FileOutput.OUTCOME)
            .predictions();
    FileOutput.write(outcomes, output, inputs, format);
  }

  /**
   * What the last run of this configuration amounted to.
   *
   * @throws IOException if its output is not whole
   */
  public static RunSummary summary(ReadableConfig config)
      throws ConfigurationException, IOException {
    return OutputFolder.summary(ReplayRequirements.output(config));
  }

  private static Inference<LocatedRecord> inference(
      DataStream<LocatedRecord> records,
      Configuration scoring,
      ReplayedVersions versions,
      AvroInput avro)
      throws ConfigurationException {
    Format format = ReplayOptions.records(scoring);
    Inference<LocatedRecord> inference =
        Inference.on(records)
            .configure(scoring)
            .with(InferenceOptions.ROOTS, new StartingVersions(scoring).roots())
            .features(
                LocatedRecord.writer(
                    RecordFormats.writer(scoring, format, avro), RecordFormats.decoded(scoring)))
            .uid("inference");
    versions.addTo(inference, scoring, avro);
    ScoreTopicJob.addWarmUpRecords(scoring, format, avro, inference, LocatedRecord::of);
    return inference;
  }

  private static DataStream<LocatedRecord> records(
      StreamExecutionEnvironment env,
      Source<LocatedRecord, ?, ?> source,
      ReadableConfig config,
      AvroInput avro) {
    DataStream<LocatedRecord> records =
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "history").uid("history-source");
    return config
        .getOptional(ReplayOptions.KEY)
        .map(
            template ->
                FieldKeys.of(
                    records,
                    template,
                    RecordFormats.json(
                        config,
                        ReplayOptions.records(config),
                        avro,
                        List.of(FieldKeys.field(template)))))
        .orElse(records);
  }

  // Without checkpoints, Flink's default is to fail a job with the first of its tasks.
  private static ReadableConfig restarts(ReadableConfig configured) {
    Configuration flink = new Configuration();
    if (configured.getOptional(RestartStrategyOptions.RESTART_STRATEGY).isEmpty()) {
      LocalFlink.limitRestarts(flink);
    }
    return flink;
  }

  private static ReadableConfig flinkOptions(ReadableConfig config) {
    Configuration flink = new Configuration();
    // Records and results are immutable here: handing them on without copies is safe.
    flink.set(PipelineOptions.OBJECT_REUSE, true);
    flink.set(
        ExecutionOptions.RUNTIME_MODE,
        switch (config.get(ReplayOptions.MODE)) {
          case BATCH -> RuntimeExecutionMode.BATCH;
          case STREAMING -> RuntimeExecutionMode.STREAMING;
        });
    // A model is loaded in each slot: how many there are is not for Flink to choose by file sizes.
    flink.set(BatchExecutionOptions.ADAPTIVE_AUTO_PARALLELISM_ENABLED, false);
    config
        .getOptional(ScoreTopicOptions.PARALLELISM)
        .ifPresent(parallelism -> flink.set(CoreOptions.DEFAULT_PARALLELISM, parallelism));
    return flink;
  }
}
