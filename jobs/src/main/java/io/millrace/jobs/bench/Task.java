package io.millrace.jobs.bench;

import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.model.OpsPolicy;
import io.millrace.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a measuring process works on.
 *
 * @param directory the model's, local
 * @param tags as the user gave them, or null
 * @param opsPolicy which ops the model may reach
 * @param signature the key
 * @param dimensions the shapes that the user stated, by input
 * @param records a file of records, or null where they are made up
 * @param format of that file
 * @param seed of made-up records
 */
record Task(
    String directory,
    @Nullable List<String> tags,
    OpsPolicy opsPolicy,
    String signature,
    Map<String, long[]> dimensions,
    @Nullable String records,
    Format format,
    long seed) {

  /** The stated shapes, dimension 0 included. */
  Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new TreeMap<>();
    dimensions.forEach((input, sizes) -> shapes.put(input, Shape.of(sizes)));
    return shapes;
  }
}
