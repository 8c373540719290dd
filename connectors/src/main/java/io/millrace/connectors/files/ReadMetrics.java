package io.millrace.connectors.files;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;

/**
 * How far a task has come with its files, in the group {@value #GROUP} of the source. Of bytes,
 * those that are stored, so that they add up to the sizes of the files, compressed or not. Belongs
 * to the thread that reads.
 */
final class ReadMetrics {
  static final String GROUP = "millrace";

  private final Counter records;
  private final Counter bytes;

  private ReadMetrics(Counter records, Counter bytes) {
    this.records = records;
    this.bytes = bytes;
  }

  /** In the group of a source's reader. */
  static ReadMetrics of(MetricGroup reader) {
    MetricGroup group = reader.addGroup(GROUP);
    return new ReadMetrics(
        group.counter(FileHistory.RECORDS_READ), group.counter(FileHistory.BYTES_READ));
  }

  /** That nobody sees. */
  static ReadMetrics none() {
    return new ReadMetrics(new SimpleCounter(), new SimpleCounter());
  }

  void read(int moreRecords, long moreBytes) {
    records.inc(moreRecords);
    bytes.inc(moreBytes);
  }

  long records() {
    return records.getCount();
  }

  long bytes() {
    return bytes.getCount();
  }
}
