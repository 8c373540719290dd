package io.millrace.jobs;

import io.millrace.connectors.files.FileHistory;
import io.millrace.connectors.files.FileHistorySource;
import io.millrace.connectors.files.LocatedRecord;
import io.millrace.connectors.files.ReadLimits;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.tensor.Signature;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.fs.Path;

/** Makes the source of a replay: what its configuration says of the files that it reads. */
final class HistorySource {
  private HistorySource() {}

  /**
   * The files as a source. Each that has a schema or header has been opened.
   *
   * @param versions that score, by whose signature formats without names or types go
   * @throws ConfigurationException if the features do not fill their input, the format cannot carry
   *     what the signature wants, the schema of its records has it not, or the versions have not
   *     one signature
   * @throws IOException if there is a file that the replay would fail at, such as one whose fields
   *     are not what the signature wants
   */
  static Source<LocatedRecord, ?, ?> of(
      ReadableConfig config, List<Path> inputs, ReplayedVersions versions, AvroInput avro)
      throws ConfigurationException, IOException {
    RecordFormats.requireFit(config, versions.signatures());
    FileHistorySource files = files(config, inputs, versions, avro);
    files.requireUsable();
    return files;
  }

  private static FileHistorySource files(
      ReadableConfig config, List<Path> inputs, ReplayedVersions versions, AvroInput avro)
      throws ConfigurationException {
    ReadLimits limits =
        new ReadLimits(
            (int) config.get(ScoreTopicOptions.MAX_RECORD_SIZE).getBytes(),
            config.get(ReplayOptions.SPLIT_SIZE).getBytes(),
            config.get(ReplayOptions.DAMAGED_FILES));
    return switch (config.get(ReplayOptions.INPUT_FORMAT)) {
      case JSON -> FileHistory.lines(inputs, limits);
      case TFRECORD -> FileHistory.tfRecords(inputs, limits);
      case RAW ->
          FileHistory.raw(
              inputs,
              RowSpecs.of(config, versions.signature()).rawBytes(limits.maxRecordBytes()),
              limits);
      case AVRO -> FileHistory.avro(inputs, fields(config, versions), limits);
      case PARQUET -> FileHistory.parquet(inputs, fields(config, versions), limits);
      case TOPIC -> {
        for (Signature signature : versions.signatures()) {
          avro.requireFit(fields(config, signature));
        }
        yield FileHistory.recordings(inputs, limits);
      }
      case CSV -> FileHistory.csv(inputs, fields(config, versions), limits);
    };
  }

  private static RecordFields fields(ReadableConfig config, ReplayedVersions versions)
      throws ConfigurationException {
    return fields(config, versions.signature());
  }

  private static RecordFields fields(ReadableConfig config, Signature signature)
      throws ConfigurationException {
    return RecordFormats.fields(config, RowSpecs.of(config, signature).inputs());
  }
}
