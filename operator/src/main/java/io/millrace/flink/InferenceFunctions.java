package io.millrace.flink;

import io.millrace.model.PredictionReader;
import io.millrace.model.SampleRow;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.TimestampReader;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * What the job gives the operator to do before and after the model.
 *
 * @param rejectionMapper where rejections go to the main output; null where they go to the side
 *     output
 * @param warmUpRecords for versions that bring no requests of their own; null if there are none
 * @param timestamps where event times stand in the records; null where they are those of the stream
 */
record InferenceFunctions<T, OUT>(
    FeatureWriter<T> writer,
    PredictionReader<T, OUT> reader,
    @Nullable RejectionMapper<T, OUT> rejectionMapper,
    OutputTag<Rejection<T>> rejectionTag,
    @Nullable WarmUpRecords<T> warmUpRecords,
    @Nullable TimestampReader<T> timestamps)
    implements Serializable {

  InferenceFunctions {
    Objects.requireNonNull(writer, "writer");
    Objects.requireNonNull(reader, "reader");
    Objects.requireNonNull(rejectionTag, "rejectionTag");
  }

  InferenceFunctions(
      FeatureWriter<T> writer,
      PredictionReader<T, OUT> reader,
      @Nullable RejectionMapper<T, OUT> rejectionMapper,
      OutputTag<Rejection<T>> rejectionTag) {
    this(writer, reader, rejectionMapper, rejectionTag, null, null);
  }

  /** Rows to warm versions up with. */
  List<SampleRow> samples() {
    return warmUpRecords == null ? List.of() : warmUpRecords.rows(writer);
  }
}
