package io.millrace.connectors.files;

import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.RecordMapperWrapperRecordIterator;
import org.jspecify.annotations.Nullable;

/** Gives what was found in a file its place: the path and the number of the split. */
final class LocatedFormat implements BulkFormat<LocatedRecord, FileSourceSplit> {
  private static final long serialVersionUID = 1L;

  private final BulkFormat<FilePiece, FileSourceSplit> format;

  LocatedFormat(BulkFormat<FilePiece, FileSourceSplit> format) {
    this.format = format;
  }

  @Override
  public Reader<LocatedRecord> createReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return located(format.createReader(config, split), split);
  }

  @Override
  public Reader<LocatedRecord> restoreReader(Configuration config, FileSourceSplit split)
      throws IOException {
    return located(format.restoreReader(config, split), split);
  }

  private static Reader<LocatedRecord> located(Reader<FilePiece> pieces, FileSourceSplit split) {
    String path = split.path().toString();
    int number = NumberedSplits.numberOf(split);
    return new LocatedReader(pieces, path, number);
  }

  /** The pieces of one split. */
  private record LocatedReader(Reader<FilePiece> pieces, String path, int split)
      implements Reader<LocatedRecord> {

    @Override
    public @Nullable RecordIterator<LocatedRecord> readBatch() throws IOException {
      RecordIterator<FilePiece> batch;
      try {
        batch = pieces.readBatch();
      } catch (IOException e) {
        throw new IOException(path + ": " + e.getMessage(), e);
      }
      return batch == null
          ? null
          : new RecordMapperWrapperRecordIterator<>(
              batch, piece -> LocatedRecord.of(path, split, piece));
    }

    @Override
    public void close() throws IOException {
      pieces.close();
    }
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
