package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.tensor.RecordException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.RecordAndPosition;

/** What a format makes of the files of a folder, as the source would read them, without a job. */
final class ReadFiles {
  private ReadFiles() {}

  static List<LocatedRecord> of(
      Path folder, PieceFormat pieces, long maxSplitBytes, DamagedFiles damaged)
      throws IOException {
    return of(folder, pieces, maxSplitBytes, damaged, ReadMetrics.none());
  }

  static List<LocatedRecord> of(
      Path folder,
      PieceFormat pieces,
      long maxSplitBytes,
      DamagedFiles damaged,
      ReadMetrics metrics)
      throws IOException {
    LocatedFormat format = new LocatedFormat(pieces, damaged, metrics);
    List<LocatedRecord> records = new ArrayList<>();
    for (FileSourceSplit split :
        NumberedSplits.provider(format.isSplittable(), maxSplitBytes)
            .create()
            .enumerateSplits(
                new org.apache.flink.core.fs.Path[] {
                  new org.apache.flink.core.fs.Path(folder.toUri())
                },
                1)) {
      read(format.createReader(new Configuration(), split), records);
    }
    return records;
  }

  static void read(BulkFormat.Reader<LocatedRecord> source, List<LocatedRecord> target)
      throws IOException {
    try (source) {
      for (var batch = source.readBatch(); batch != null; batch = source.readBatch()) {
        for (RecordAndPosition<LocatedRecord> next = batch.next();
            next != null;
            next = batch.next()) {
          target.add(next.getRecord());
        }
        batch.releaseBatch();
      }
    }
  }

  static List<String> texts(List<LocatedRecord> records) {
    return records.stream().map(located -> new String(located.record().value(), UTF_8)).toList();
  }

  static List<Long> offsets(List<LocatedRecord> records) {
    return records.stream().map(located -> located.record().offset()).toList();
  }

  /** Why this is no record. */
  static RecordException refusal(LocatedRecord located) {
    try {
      LocatedRecord.writer((read, row) -> {}).write(located, null);
    } catch (RecordException e) {
      return e;
    }
    throw new AssertionError(located + " is a record");
  }

  static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    }
    return bytes.toByteArray();
  }
}
