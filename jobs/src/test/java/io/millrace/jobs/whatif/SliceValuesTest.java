package io.millrace.jobs.whatif;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class SliceValuesTest {
  @Test
  void code_numberBeyondADouble_isATextBesideTheRanges() {
    SliceValues values = new SliceValues();
    long huge = values.code(DecimalNode.valueOf(new BigDecimal("1e400")));
    long small = values.code(IntNode.valueOf(3));

    assertThat(SliceValues.isNumber(huge)).isFalse();
    assertThat(values.label(huge)).isEqualTo("1E+400");
    assertThat(SliceValues.isNumber(small)).isTrue();
    assertThat(values.ranges(2).count()).isEqualTo(2);
  }
}
