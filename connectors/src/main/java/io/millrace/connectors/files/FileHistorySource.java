package io.millrace.connectors.files;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.apache.flink.connector.file.src.enumerate.FileEnumerator;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;

/**
 * Flink's source of files, with what it says of its progress: as its formats do not see the metrics
 * of the task that they are read by, each task is given a format of its own. {@link FileHistory}
 * makes them.
 *
 * <pre>{@code
 * FileHistorySource history = FileHistory.parquet(paths, fields, limits);
 * history.requireUsable();
 * env.fromSource(history, WatermarkStrategy.noWatermarks(), "history");
 * }</pre>
 */
public final class FileHistorySource
    implements Source<LocatedRecord, FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>>,
        ResultTypeQueryable<LocatedRecord> {
  private static final long serialVersionUID = 1L;

  private final PieceFormat format;
  private final DamagedFiles damaged;
  private final Path[] paths;
  private final FileEnumerator.Provider files;

  /**
   * Of all files, where they are found; of those that no task had yet, where another JVM goes on.
   */
  private transient volatile long bytesTotal;

  private transient volatile @Nullable SplitProgress progress;

  FileHistorySource(PieceFormat format, List<Path> paths, ReadLimits limits) {
    this.format = format;
    this.damaged = limits.damaged();
    this.paths = paths.toArray(new Path[0]);
    this.files = NumberedSplits.provider(format.isSplittable(), limits.maxSplitBytes());
  }

  /**
   * Finds files that the job would fail at before it runs: of a compression that is not read, and
   * of those that say by themselves what their records are, whose schema or header does not fit,
   * that are damaged there and may not be, or cannot be opened. These are opened, several at a
   * time; records are not read.
   *
   * @throws IOException naming the first such file with all that is wrong with it, and how many
   *     there are
   */
  public void requireUsable() throws IOException {
    Collection<FileSourceSplit> whole =
        NumberedSplits.provider(false, Long.MAX_VALUE).create().enumerateSplits(paths, 1);
    if (format.hasSchema()) {
      UsableFiles.require(new LocatedFormat(format, damaged, ReadMetrics.none()), whole);
    }
  }

  private FileSource.FileSourceBuilder<LocatedRecord> source(ReadMetrics metrics) {
    return FileSource.forBulkFileFormat(new LocatedFormat(format, damaged, metrics), paths)
        .setFileEnumerator(this::enumerator);
  }

  /** For the JobManager, which hands splits out. */
  private FileSource<LocatedRecord> source(SplitEnumeratorContext<FileSourceSplit> context) {
    MetricGroup group = context.metricGroup().addGroup(ReadMetrics.GROUP);
    Gauge<Long> total = () -> bytesTotal;
    group.gauge(FileHistory.BYTES_TOTAL, total);
    Gauge<Double> left =
        () -> {
          SplitProgress splits = progress;
          return splits == null ? Double.NaN : splits.secondsLeft();
        };
    group.gauge(FileHistory.SECONDS_LEFT, left);
    return source(ReadMetrics.none()).setSplitAssigner(this::watch).build();
  }

  private SplitProgress watch(Collection<FileSourceSplit> splits) {
    SplitProgress all =
        new SplitProgress(FileSource.DEFAULT_SPLIT_ASSIGNER.create(splits), System::nanoTime);
    progress = all;
    return all;
  }

  private WatchedEnumerator watched(
      SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>> files) {
    return new WatchedEnumerator(files, Objects.requireNonNull(progress, "made with them"));
  }

  private FileEnumerator enumerator() {
    FileEnumerator found = files.create();
    return (roots, wanted) -> {
      var splits = found.enumerateSplits(roots, wanted);
      bytesTotal = SplitProgress.bytes(splits);
      return splits;
    };
  }

  @Override
  public SourceReader<LocatedRecord, FileSourceSplit> createReader(SourceReaderContext context) {
    return source(ReadMetrics.of(context.metricGroup())).build().createReader(context);
  }

  @Override
  public SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>>
      createEnumerator(SplitEnumeratorContext<FileSourceSplit> context) {
    return watched(source(context).createEnumerator(context));
  }

  @Override
  public SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>>
      restoreEnumerator(
          SplitEnumeratorContext<FileSourceSplit> context,
          PendingSplitsCheckpoint<FileSourceSplit> checkpoint) {
    if (bytesTotal == 0) {
      bytesTotal = SplitProgress.bytes(checkpoint.getSplits());
    }
    return watched(source(context).restoreEnumerator(context, checkpoint));
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SimpleVersionedSerializer<FileSourceSplit> getSplitSerializer() {
    return source(ReadMetrics.none()).build().getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<PendingSplitsCheckpoint<FileSourceSplit>>
      getEnumeratorCheckpointSerializer() {
    return source(ReadMetrics.none()).build().getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<LocatedRecord> getProducedType() {
    return LocatedRecord.TYPE;
  }
}
