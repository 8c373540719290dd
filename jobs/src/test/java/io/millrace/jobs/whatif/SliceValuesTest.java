package io.millrace.jobs.whatif;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
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

  @Test
  void code_longTextsThatBeginAlike_areToldApart() {
    SliceValues values = new SliceValues();
    String agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ";
    long one = values.code(TextNode.valueOf(agent + "Chrome/120"));
    long other = values.code(TextNode.valueOf(agent + "Firefox/121"));

    assertThat(other).isNotEqualTo(one);
    assertThat(values.code(TextNode.valueOf(agent + "Chrome/120"))).isEqualTo(one);
    assertThat(values.label(one))
        .isEqualTo("Mozilla/5.0 (X11; Linux x86_64) AppleWeb...Gecko) Chrome/120");
  }

  @Test
  void code_textThatIsCalledLikeAnAbsentOne_isAnother() {
    SliceValues values = new SliceValues();
    long absent = values.code(MissingNode.getInstance());
    long text = values.code(TextNode.valueOf("(none)"));

    assertThat(text).isNotEqualTo(absent);
    assertThat(values.label(absent)).isEqualTo("(none)");
    assertThat(values.label(text)).isEqualTo("'(none)'");
  }
}
