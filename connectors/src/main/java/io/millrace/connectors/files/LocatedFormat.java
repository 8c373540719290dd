package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;

/**
 * Reads the files of any format: opens and unpacks them, gives what is found its place, and does
 * with damage what the policy says. Flink's own adapter of stream formats does not tell a failure
 * of the storage from damage, and names no file where one cannot be unpacked.
 */
final class LocatedFormat implements BulkFormat<LocatedRecord, FileSourceSplit> {
  private static final long serialVersionUID = 1L;

  private final PieceFormat format;
  private final DamagedFiles damaged;

  // Of the task in which this was made.
  private final transient ReadMetrics metrics;

  LocatedFormat(PieceFormat format, DamagedFiles damaged, ReadMetrics metrics) {
    this.format = format;
    this.damaged = damaged;
    this.metrics = metrics;
  }

  @Override
  public LocatedReader createReader(Configuration config, FileSourceSplit split) {
    return new LocatedReader(format, split, damaged, metrics);
  }

  @Override
  public Reader<LocatedRecord> restoreReader(Configuration config, FileSourceSplit split)
      throws IOException {
    LocatedReader reader = new LocatedReader(format, split, damaged, metrics);
    try {
      reader.skip(
          split
              .getReaderPosition()
              .map(CheckpointedPosition::getRecordsAfterOffset)
              .orElseThrow(() -> new IllegalArgumentException("no position to restore")));
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
    return reader;
  }

  @Override
  public boolean isSplittable() {
    return format.isSplittable();
  }

  @Override
  public TypeInformation<LocatedRecord> getProducedType() {
    return LocatedRecord.TYPE;
  }
}
