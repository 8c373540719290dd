package io.millrace.flink;

import static io.millrace.flink.FloatJobs.collect;
import static io.millrace.flink.FloatJobs.environment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.SavedModels.Layer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a record's result depends on the records around it, in real jobs. */
class DeterministicITCase {
  private static final int RECORDS = 300;
  private static final int WIDTH = 256;

  @TempDir Path folder;
  private long seed;
  private Path model;

  @BeforeEach
  void write() {
    write(new Random().nextLong(), folder.resolve("1"));
  }

  private void write(long newSeed, Path directory) {
    seed = newSeed;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    // Three outputs: not every number of rows makes their elements fill the vectors.
    model =
        SavedModels.layers(directory, List.of(layer(random, WIDTH, 200), layer(random, 200, 3)));
  }

  private static Layer layer(Random random, int inputs, int outputs) {
    float[][] weights = new float[inputs][outputs];
    for (float[] row : weights) {
      fill(random, row);
    }
    float[] bias = new float[outputs];
    fill(random, bias);
    return new Layer(weights, bias, "Sigmoid");
  }

  private static void fill(Random random, float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 8;
    }
  }

  @Test
  void results_underOtherOrdersAndFills_areTheSameToTheBit() throws Exception {
    Map<Integer, String> expected = score(true, 128, ids(RECORDS));
    assertThat(expected).hasSize(RECORDS);
    Random random = new Random(seed);
    for (int count : new int[] {RECORDS, 45}) {
      List<Integer> ids = new ArrayList<>(ids(RECORDS));
      Collections.shuffle(ids, random);
      Map<Integer, String> actual = score(true, 128, ids.subList(0, count));
      assertThat(actual).hasSize(count);
      assertThat(expected).containsAllEntriesOf(actual);
    }
  }

  @Test
  void results_withoutTheOption_differSomewhere() throws Exception {
    write(4, folder.resolve("4"));
    Map<Integer, String> batched = score(false, 128, ids(RECORDS));
    Map<Integer, String> byRow = score(false, 1, ids(RECORDS));
    long differing =
        byRow.entrySet().stream().filter(row -> !batched.entrySet().contains(row)).count();
    System.out.println(differing + " of " + RECORDS + " records differ row by row");
    assertThat(byRow).hasSameSizeAs(batched);
    assumeThat(differing)
        .as("this CPU rounds one row as it rounds many, and the tests above say nothing")
        .isPositive();
  }

  private static List<Integer> ids(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  /** The bits of what the model answers for each record, whose features follow from its id. */
  private Map<Integer, String> score(boolean deterministic, int batchSize, List<Integer> ids)
      throws Exception {
    long features = seed;
    List<String> lines =
        collect(
            Inference.on(environment(1).fromData(Types.INT, ids.toArray(Integer[]::new)))
                .model("m", 1, model.toString())
                .features(
                    (id, row) -> {
                      float[] values = new float[WIDTH];
                      fill(new Random(features + id), values);
                      row.input("x").put(values, 0, WIDTH);
                    })
                .with(InferenceOptions.DETERMINISTIC, deterministic)
                .with(InferenceOptions.STABLE_FOR, Duration.ofMillis(1))
                .with(InferenceOptions.MAX_BATCH_SIZE, batchSize)
                .predictions(
                    (id, prediction, version) -> {
                      StringBuilder line = new StringBuilder().append(id).append('=');
                      for (int i = 0; i < 3; i++) {
                        int bits = Float.floatToRawIntBits(prediction.output("y").getFloat(i));
                        line.append(Integer.toHexString(bits)).append(' ');
                      }
                      return line.toString();
                    },
                    Types.STRING)
                .predictions());
    Map<Integer, String> bits = new HashMap<>();
    for (String line : lines) {
      String[] parts = line.split("=");
      bits.put(Integer.valueOf(parts[0]), parts[1]);
    }
    return bits;
  }
}
