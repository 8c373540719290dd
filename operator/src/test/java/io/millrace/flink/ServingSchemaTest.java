package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServingSchemaTest {
  private static final TensorSpec X = new TensorSpec("x", ElementType.FLOAT32, Shape.of(-1, 3));
  private static final TensorSpec Y = new TensorSpec("y", ElementType.FLOAT32, Shape.of(-1, 1));
  private final ServingSchema schema = new ServingSchema(signature(List.of(X), List.of(Y)), true);

  private static Signature signature(List<TensorSpec> inputs, List<TensorSpec> outputs) {
    return new Signature("serving_default", inputs, outputs);
  }

  @Test
  void fit_moreOutputs_isAccepted() throws Exception {
    Signature more =
        signature(List.of(X), List.of(Y, new TensorSpec("why", ElementType.STRING, Shape.of(-1))));
    assertThat(schema.fit(more)).isEqualTo(more);
  }

  @Test
  void fit_outputDeclaredMoreOrLessClosely_isAccepted() throws Exception {
    TensorSpec open = Y.withShape(Shape.of(-1, -1));
    assertThat(schema.fit(signature(List.of(X), List.of(open))).outputs()).containsExactly(open);
    ServingSchema loose = new ServingSchema(signature(List.of(X), List.of(open)), true);
    assertThat(loose.fit(signature(List.of(X), List.of(Y))).outputs()).containsExactly(Y);
  }

  @Test
  void fit_looserInput_isNarrowedToWhatTheJobWrites() throws Exception {
    Signature looser = signature(List.of(X.withShape(Shape.of(-1, -1))), List.of(Y));
    assertThat(schema.fit(looser).inputs()).containsExactly(X);
  }

  @Test
  void fit_otherInterface_isRefusedNamingTheDifference() {
    assertThatThrownBy(
            () -> schema.fit(signature(List.of(X.withShape(Shape.of(-1, 4))), List.of(Y))))
        .hasMessage(
            "signature 'serving_default': input 'x': expected float32[-1, 3], got float32[-1, 4]");
    assertThatThrownBy(
            () ->
                schema.fit(
                    signature(
                        List.of(new TensorSpec("x", ElementType.FLOAT64, X.shape())), List.of(Y))))
        .hasMessageContaining("expected float32[-1, 3], got float64[-1, 3]");
    assertThatThrownBy(
            () ->
                schema.fit(
                    signature(List.of(new TensorSpec("z", X.type(), X.shape())), List.of(Y))))
        .hasMessageContaining("expected [x], got [z]");
    assertThatThrownBy(
            () ->
                schema.fit(
                    signature(List.of(X), List.of(new TensorSpec("z", Y.type(), Y.shape())))))
        .hasMessageContaining("output 'y'");
    assertThatThrownBy(
            () -> schema.fit(signature(List.of(X), List.of(Y.withShape(Shape.unknownRank())))))
        .hasMessageContaining("no batch dimension");
  }

  @Test
  void fit_manyDifferences_areSaidAtOnce() {
    TensorSpec why = new TensorSpec("why", ElementType.STRING, Shape.of(-1));
    TensorSpec age = new TensorSpec("age", ElementType.INT64, Shape.of(-1));
    ServingSchema used = new ServingSchema(signature(List.of(X, age), List.of(Y, why)), true);
    Signature other =
        signature(
            List.of(
                X.withShape(Shape.of(-1, 4)),
                new TensorSpec("sex", ElementType.INT64, Shape.of(-1))),
            List.of(new TensorSpec("y", ElementType.INT32, Y.shape())));

    assertThatThrownBy(() -> used.fit(other))
        .hasMessage(
            "signature 'serving_default': inputs: expected [age, x], got [sex, x];"
                + " input 'x': expected float32[-1, 3], got float32[-1, 4];"
                + " output "
                + why
                + " is missing: got [y];"
                + " output 'y': expected float32[-1, 1], got int32[-1, 1]");
  }
}
