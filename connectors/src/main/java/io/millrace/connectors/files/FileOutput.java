package io.millrace.connectors.files;

import io.millrace.connectors.formats.DeadLetterJson;
import io.millrace.connectors.formats.ScoredRecordFormat;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.RejectionMapper;
import io.millrace.flink.ValueTypeInformation;
import io.millrace.model.PredictionReader;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * What comes of files of records, in files: a JSON object a line, the predictions of each split in
 * one and its dead letters in another. They show when all are there.
 *
 * <pre>{@code
 * InferenceStreams<KafkaRecord, FileOutcome> scored =
 *     inference.predictions(
 *         FileOutput.predictions(List.of("id")), FileOutput.deadLetters(), FileOutput.OUTCOME);
 * FileOutput.write(scored.predictions(), OutputFolder.prepare(path, false), inputs);
 * }</pre>
 */
public final class FileOutput {
  /** What comes of a record. */
  public static final TypeInformation<FileOutcome> OUTCOME =
      ValueTypeInformation.of(FileOutcome.class, new FileOutcomeSerializer());

  private static final TypeInformation<WrittenFile> WRITTEN =
      ValueTypeInformation.of(WrittenFile.class, new WrittenFileSerializer());

  private FileOutput() {}

  /**
   * Predictions as the output topic has them.
   *
   * @param carriedFields fields of a JSON record that are copied
   */
  public static PredictionReader<KafkaRecord, FileOutcome> predictions(List<String> carriedFields) {
    ScoredRecordFormat format = new ScoredRecordFormat("", carriedFields, false);
    return (record, prediction, version) ->
        new FileOutcome(
            record.topic(),
            record.partition(),
            version.version(),
            format.value(record, prediction, version));
  }

  /** Dead letters with path and offset. */
  public static RejectionMapper<KafkaRecord, FileOutcome> deadLetters() {
    return rejection ->
        new FileOutcome(
            rejection.record().topic(),
            rejection.record().partition(),
            null,
            DeadLetterJson.of(rejection));
  }

  /**
   * Writes outcomes, which come in the order of their splits.
   *
   * @param inputs the files and folders that were read
   */
  public static void write(
      DataStream<FileOutcome> outcomes, OutputFolder folder, List<Path> inputs) {
    outcomes
        .transform("write files", WRITTEN, new FileWriterOperator(folder, new OutputNames(inputs)))
        .uid("output-files")
        .transform("commit output", Types.VOID, new FileCommitOperator(folder))
        .uid("output-commit")
        .forceNonParallel();
  }
}
