package io.millrace.connectors.files;

import io.millrace.connectors.formats.DeadLetterJson;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.Rejection;
import io.millrace.flink.RejectionMapper;
import io.millrace.flink.ValueTypeInformation;
import io.millrace.model.PredictionReader;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * What comes of files of records, in files: the predictions of each split in one and its dead
 * letters, a JSON object a line, in another. They show when all are there.
 *
 * <pre>{@code
 * PredictionFiles files = PredictionFiles.json(List.of("id"));
 * InferenceStreams<LocatedRecord, FileOutcome> scored =
 *     inference.predictions(
 *         FileOutput.predictions(files), FileOutput.deadLetters(), FileOutput.OUTCOME);
 * FileOutput.write(scored.predictions(), OutputFolder.prepare(path, false), inputs, files);
 * }</pre>
 */
public final class FileOutput {
  /** What comes of a record. */
  public static final TypeInformation<FileOutcome> OUTCOME =
      ValueTypeInformation.of(FileOutcome.class, new FileOutcomeSerializer());

  private static final TypeInformation<WrittenFile> WRITTEN =
      ValueTypeInformation.of(WrittenFile.class, new WrittenFileSerializer());

  private FileOutput() {}

  /** Predictions as the files have them. */
  public static PredictionReader<LocatedRecord, FileOutcome> predictions(PredictionFiles format) {
    return (located, prediction, version) -> {
      KafkaRecord record = located.carried();
      return new FileOutcome(
          record.topic(),
          record.partition(),
          format.partition(record),
          version.version(),
          format.value(record, prediction, version));
    };
  }

  /** Dead letters with path and offset. */
  public static RejectionMapper<LocatedRecord, FileOutcome> deadLetters() {
    return rejection -> {
      KafkaRecord record = rejection.record().record();
      return new FileOutcome(
          record.topic(),
          record.partition(),
          FileOutcome.NO_VERSION,
          DeadLetterJson.of(
              new Rejection<>(
                  record, rejection.reason(), rejection.message(), rejection.version())));
    };
  }

  /**
   * Writes outcomes, which come in the order of their splits.
   *
   * @param inputs the files and folders that were read
   * @param format that the outcomes were made for
   */
  public static void write(
      DataStream<FileOutcome> outcomes,
      OutputFolder folder,
      List<Path> inputs,
      PredictionFiles format) {
    OutputNames names = new OutputNames(inputs, format.suffix());
    outcomes
        .transform("write files", WRITTEN, new FileWriterOperator(folder, names, format))
        .uid("output-files")
        .transform("commit output", Types.VOID, new FileCommitOperator(folder))
        .uid("output-commit")
        .forceNonParallel();
  }
}
