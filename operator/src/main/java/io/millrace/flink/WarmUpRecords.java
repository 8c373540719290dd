package io.millrace.flink;

import io.millrace.model.SampleRow;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.Row;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.util.InstantiationUtil;

/**
 * Records that the job gives to warm versions up with, on their way to the subtasks.
 *
 * @param source where they come from, for messages
 */
record WarmUpRecords<T>(String source, int count, byte[] bytes, TypeSerializer<T> serializer)
    implements Serializable {
  /** As many as TensorFlow Serving takes. */
  static final int MAX_RECORDS = 1000;

  /** They travel with the job's graph. */
  static final int MAX_BYTES = 1 << 23;

  /**
   * @throws IllegalArgumentException if they are too many or too large
   */
  static <T> WarmUpRecords<T> of(String source, List<T> records, TypeSerializer<T> serializer) {
    DataOutputSerializer out = new DataOutputSerializer(1024);
    try {
      for (T record : records) {
        serializer.serialize(record, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("warm-up records of '" + source + "'", e);
    }
    if (records.size() > MAX_RECORDS || out.length() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "warm-up records of '"
              + source
              + "': "
              + records.size()
              + " records of "
              + out.length()
              + " bytes, expected at most "
              + MAX_RECORDS
              + " of "
              + MAX_BYTES);
    }
    return new WarmUpRecords<>(source, records.size(), out.getCopyOfBuffer(), serializer);
  }

  /**
   * The rows that a writer makes of them.
   *
   * @param writer copied, as versions are warmed up while it writes the job's records
   */
  List<SampleRow> rows(FeatureWriter<T> writer) {
    List<SampleRow> rows = new ArrayList<>();
    try {
      FeatureWriter<T> own =
          InstantiationUtil.clone(writer, Thread.currentThread().getContextClassLoader());
      DataInputDeserializer in = new DataInputDeserializer(bytes);
      for (int i = 0; i < count; i++) {
        rows.add(new Sample<>("'" + source + "', record " + i, serializer.deserialize(in), own));
      }
      return rows;
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("warm-up records of '" + source + "': " + e, e);
    }
  }

  private record Sample<T>(String place, T value, FeatureWriter<T> writer) implements SampleRow {
    @Override
    public void write(Row row) {
      writer.write(value, row);
    }
  }
}
