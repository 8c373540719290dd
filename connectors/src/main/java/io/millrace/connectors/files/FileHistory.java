package io.millrace.connectors.files;

import io.millrace.connectors.formats.RecordFields;
import java.util.List;
import org.apache.flink.core.fs.Path;

/**
 * Files of records as a bounded source, parallel by split, compressed ones as {@link Compression}
 * has it. Names that begin with a dot or an underscore are passed over. None of these methods does
 * I/O: {@link FileHistorySource#requireUsable} finds files that a job would fail at.
 *
 * <pre>{@code
 * env.fromSource(
 *     FileHistory.lines(
 *         List.of(new Path("hdfs:///history")),
 *         new ReadLimits(1 << 20, 128 << 20, DamagedFiles.FAIL)),
 *     WatermarkStrategy.noWatermarks(),
 *     "history");
 * }</pre>
 */
public final class FileHistory {
  /** Counter of a task: records that were read. In the group {@code millrace} of the source. */
  public static final String RECORDS_READ = "records_read";

  /** Counter of a task: bytes of the files that were read, as they are stored. */
  public static final String BYTES_READ = "bytes_read";

  /** Gauge of the JobManager: bytes that all files have, as they are stored. */
  public static final String BYTES_TOTAL = "bytes_total";

  /**
   * Gauge of the JobManager: seconds until all files are read, as fast as readers were so far; NaN
   * where that is not known: until the first piece of a file is through, and while the last take
   * longer than they should.
   */
  public static final String SECONDS_LEFT = "estimated_seconds_left";

  private FileHistory() {}

  /**
   * Files of a record a line.
   *
   * @param paths files, or folders that are read with all below them
   */
  public static FileHistorySource lines(List<Path> paths, ReadLimits limits) {
    return source(new LineFormat(limits.maxRecordBytes()), paths, limits);
  }

  /** TFRecord files, each read by one task. */
  public static FileHistorySource tfRecords(List<Path> paths, ReadLimits limits) {
    return source(new TfRecordFormat(limits.maxRecordBytes()), paths, limits);
  }

  /**
   * Files of records of one size.
   *
   * @param recordBytes that size
   */
  public static FileHistorySource raw(List<Path> paths, int recordBytes, ReadLimits limits) {
    return source(new RawFormat(recordBytes), paths, limits);
  }

  /**
   * Avro's object container files.
   *
   * @param fields what is wanted of their records, which are decoded where they are read
   */
  public static FileHistorySource avro(List<Path> paths, RecordFields fields, ReadLimits limits) {
    return source(AvroFormat.of(fields, limits.maxRecordBytes()), paths, limits);
  }

  /**
   * A topic as {@link TopicRecording} keeps it: keys, timestamps and values as they were; the
   * offset is that in the topic.
   */
  public static FileHistorySource recordings(List<Path> paths, ReadLimits limits) {
    return source(new AvroFormat(TopicRecording::pieces), paths, limits);
  }

  /**
   * Likewise, for what goes on with the topic: each record has the topic, partition and offset that
   * it had.
   */
  public static FileHistorySource originals(List<Path> paths, ReadLimits limits) {
    return source(new AvroFormat(TopicRecording::originals), paths, limits);
  }

  /**
   * Parquet files.
   *
   * @param fields what is wanted of their records, which are decoded where they are read
   */
  public static FileHistorySource parquet(
      List<Path> paths, RecordFields fields, ReadLimits limits) {
    return source(new ParquetFormat(fields, limits.maxRecordBytes()), paths, limits);
  }

  /**
   * Files of comma-separated values with a header, each read by one task.
   *
   * @param fields what is wanted of their rows, which come as JSON objects of these
   */
  public static FileHistorySource csv(List<Path> paths, RecordFields fields, ReadLimits limits) {
    return source(new CsvFormat(fields, limits.maxRecordBytes()), paths, limits);
  }

  private static FileHistorySource source(PieceFormat format, List<Path> paths, ReadLimits limits) {
    return new FileHistorySource(format, paths, limits);
  }
}
