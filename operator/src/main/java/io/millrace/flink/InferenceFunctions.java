package io.millrace.flink;

import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import java.io.Serializable;
import java.util.Objects;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * What the job gives the operator to do before and after the model.
 *
 * @param rejectionMapper where rejections go to the main output; null where they go to the side
 *     output
 */
record InferenceFunctions<T, OUT>(
    FeatureWriter<T> writer,
    PredictionReader<T, OUT> reader,
    @Nullable RejectionMapper<T, OUT> rejectionMapper,
    OutputTag<Rejection<T>> rejectionTag)
    implements Serializable {

  InferenceFunctions {
    Objects.requireNonNull(writer, "writer");
    Objects.requireNonNull(reader, "reader");
    Objects.requireNonNull(rejectionTag, "rejectionTag");
  }
}
