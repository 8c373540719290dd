package io.millrace.connectors.files;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SupportsBatchSnapshot;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.PendingSplitsCheckpoint;
import org.jspecify.annotations.Nullable;

/** Flink's enumerator of files, which tells the progress which reader it is that asks. */
final class WatchedEnumerator
    implements SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>>,
        SupportsBatchSnapshot {
  private final SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>> files;
  private final SplitProgress progress;

  WatchedEnumerator(
      SplitEnumerator<FileSourceSplit, PendingSplitsCheckpoint<FileSourceSplit>> files,
      SplitProgress progress) {
    this.files = files;
    this.progress = progress;
  }

  @Override
  public void start() {
    files.start();
  }

  @Override
  public void addReader(int reader) {
    progress.begins(reader);
    files.addReader(reader);
  }

  @Override
  public void handleSplitRequest(int reader, @Nullable String host) {
    progress.asks(reader);
    files.handleSplitRequest(reader, host);
  }

  @Override
  public void addSplitsBack(List<FileSourceSplit> splits, int reader) {
    files.addSplitsBack(splits, reader);
  }

  @Override
  public void handleSourceEvent(int reader, SourceEvent event) {
    files.handleSourceEvent(reader, event);
  }

  @Override
  public PendingSplitsCheckpoint<FileSourceSplit> snapshotState(long checkpoint) throws Exception {
    return files.snapshotState(checkpoint);
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    files.notifyCheckpointComplete(checkpoint);
  }

  @Override
  public void notifyCheckpointAborted(long checkpoint) throws Exception {
    files.notifyCheckpointAborted(checkpoint);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
