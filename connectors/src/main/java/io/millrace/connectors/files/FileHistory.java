package io.millrace.connectors.files;

import java.util.List;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.core.fs.Path;

/**
 * Files of records as a bounded source, parallel by split. What the names of compressed files end
 * with is what Flink unpacks: gz, bz2, deflate. Names that begin with a dot or an underscore are
 * passed over.
 *
 * <pre>{@code
 * env.fromSource(
 *     FileHistory.lines(List.of(new Path("hdfs:///history")), 1 << 20, 128 << 20, DamagedFiles.FAIL),
 *     WatermarkStrategy.noWatermarks(),
 *     "history");
 * }</pre>
 */
public final class FileHistory {
  private FileHistory() {}

  /**
   * Files of a record a line.
   *
   * @param paths files, or folders that are read with all below them
   * @param maxRecordBytes what a line may have at the most; longer ones are no records
   * @param maxSplitBytes what a subtask reads at a time, at the most
   */
  public static FileSource<LocatedRecord> lines(
      List<Path> paths, int maxRecordBytes, long maxSplitBytes, DamagedFiles damaged) {
    return source(new LocatedFormat(new LineFormat(maxRecordBytes), damaged), paths, maxSplitBytes);
  }

  private static FileSource<LocatedRecord> source(
      BulkFormat<LocatedRecord, FileSourceSplit> format, List<Path> paths, long maxSplitBytes) {
    return FileSource.forBulkFileFormat(format, paths.toArray(new Path[0]))
        .setFileEnumerator(NumberedSplits.provider(format.isSplittable(), maxSplitBytes))
        .build();
  }
}
