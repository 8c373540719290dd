package io.millrace.jobs.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class OutputValueTest {
  private static double of(OutputValue value, String predictions) throws Exception {
    return value.of(new ObjectMapper().readTree(predictions));
  }

  @Test
  void of_findsTheElement() throws Exception {
    assertThat(of(OutputValue.ONLY, "{\"y\":[[0.25]]}")).isEqualTo(0.25);
    assertThat(of(OutputValue.parse("y"), "{\"x\":1,\"y\":2}")).isEqualTo(2);
    assertThat(of(OutputValue.parse("y:3"), "{\"y\":[[1,2],[3,4]]}")).isEqualTo(4);
    assertThat(of(OutputValue.parse("a:b:1"), "{\"a:b\":[1,2]}")).isEqualTo(2);
    assertThat(of(OutputValue.parse("y"), "{\"y\":[true]}")).isEqualTo(1);
    assertThat(of(OutputValue.parse("y"), "{\"y\":[\"NaN\"]}")).isNaN();
    assertThat(of(OutputValue.parse("y"), "{\"y\":\"-Infinity\"}"))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void of_whatHasNone_namesWhatThereIs() {
    assertThatThrownBy(() -> of(OutputValue.parse("z"), "{\"label\":[\"a\"],\"y\":[1,2]}"))
        .hasMessage(
            "no number z[0] in the predictions: expected an element of 'label' of 1 elements, 'y' of 2 numbers");
    assertThatThrownBy(() -> of(OutputValue.parse("label"), "{\"label\":[\"a\"]}"))
        .hasMessageContaining("no number label[0]");
    assertThatThrownBy(() -> of(OutputValue.ONLY, "{}")).hasMessageContaining("there is none");
  }

  @Test
  void parse_whatIsNoName_isRefused() {
    for (String text : new String[] {"", ":1", "y:", "y:x", "y:-1"}) {
      assertThatThrownBy(() -> OutputValue.parse(text))
          .as(text)
          .hasMessageContaining("expected NAME or NAME:INDEX");
    }
  }
}
