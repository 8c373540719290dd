package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.InferenceOptions;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class RowSpecsTest {
  private static final TensorSpec FLOATS =
      new TensorSpec("a", ElementType.FLOAT32, Shape.of(-1, 3));
  private static final TensorSpec OPEN = new TensorSpec("b", ElementType.INT64, Shape.of(-1, -1));
  private static final TensorSpec TEXT = new TensorSpec("c", ElementType.STRING, Shape.of(-1));

  private static Signature signature(TensorSpec... inputs) {
    return new Signature(
        "s", List.of(inputs), List.of(new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1, 1))));
  }

  @Test
  void of_batchDimension_isNoPartOfARowWhateverTheBatching() throws ConfigurationException {
    Configuration config = new Configuration();
    assertThat(RowSpecs.of(config, signature(FLOATS)).inputs())
        .containsExactly(FLOATS.withShape(Shape.of(3)));

    config.set(InferenceOptions.BATCHING, InferenceOptions.Batching.OFF);
    assertThat(RowSpecs.of(config, signature(FLOATS)).inputs())
        .containsExactly(FLOATS.withShape(Shape.of(3)));
  }

  @Test
  void of_shapesThatLeaveNoBatchDimension_haveWholeTensorsAsRows() throws ConfigurationException {
    Configuration config = new Configuration();
    config.set(InferenceOptions.INPUT_SHAPES, Map.of("a", "[2, 3]"));

    assertThat(RowSpecs.of(config, signature(FLOATS)).inputs())
        .containsExactly(FLOATS.withShape(Shape.of(2, 3)));
  }

  @Test
  void rawBytes_fixedShapes_areAddedUp() throws ConfigurationException {
    Configuration config = new Configuration();
    config.set(InferenceOptions.INPUT_SHAPES, Map.of("b", "[-1, 2]"));

    assertThat(RowSpecs.of(config, signature(FLOATS, OPEN)).rawBytes(1 << 20)).isEqualTo(28);
    assertThatThrownBy(() -> RowSpecs.of(config, signature(FLOATS, OPEN)).rawBytes(27))
        .hasMessageContainingAll("28 bytes", "records.max-size, 27");
  }

  @Test
  void rawBytes_whatRawCannotCarry_isNamedAtOnce() {
    assertThatThrownBy(
            () -> RowSpecs.of(new Configuration(), signature(OPEN, FLOATS, TEXT)).rawBytes(100))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("'b': int64[-1]", "'c': string[]")
        .hasMessageNotContaining("'a'");
  }
}
