package io.millrace.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import io.millrace.tensor.Signature;
import io.millrace.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PredictRequestTest {
  private static final TensorSpec X = new TensorSpec("x", ElementType.INT32, Shape.of(-1));
  private static final Signature SIGNATURE = new Signature("s", List.of(X), List.of(X));

  @ParameterizedTest
  @CsvSource({"1.0,1.0", "10.0,10.0", "1.0e1,10.0", "1e0,1.0", "1e1,1E+1", "10,10", "2.50,2.50"})
  void bytes_number_isAFractionOrAnIntegerAsInTheRequest(String number, String written)
      throws Exception {
    PredictRequest request =
        PredictRequest.parse(("{\"inputs\": " + number + "}").getBytes(UTF_8), "in");

    assertThat(new String(PredictRequest.bytes(request.columns(SIGNATURE)), UTF_8))
        .isEqualTo("{\"x\":" + written + "}");
  }

  @Test
  void parse_bytesThatAreNoText_areWrongUsage() {
    for (byte[] bytes : List.of(new byte[] {0, 0, '{', 0}, new byte[] {(byte) 0xff, '{', '}'})) {
      assertThatThrownBy(() -> PredictRequest.parse(bytes, "in"))
          .isInstanceOfSatisfying(
              CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
          .hasMessageContaining("in: not JSON");
    }
  }
}
