package io.millrace.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchSizesTest {

  @Test
  void padded_isTheNextAllowedSize() {
    BatchSizes sizes = BatchSizes.of(List.of(1, 8, 32));
    int[] expected = new int[33];
    for (int rows = 1; rows <= 32; rows++) {
      expected[rows] = rows == 1 ? 1 : rows <= 8 ? 8 : 32;
      assertThat(sizes.padded(rows)).as("%d rows", rows).isEqualTo(expected[rows]);
    }
    assertThat(sizes.max()).isEqualTo(32);
    assertThat(sizes.warmUp()).containsExactly(1, 8, 32);
  }

  @Test
  void padded_withoutStatedSizes_isTheRowsAtHand() {
    BatchSizes sizes = BatchSizes.upTo(100);
    for (int rows = 1; rows <= 100; rows++) {
      assertThat(sizes.padded(rows)).isEqualTo(rows);
    }
    assertThat(sizes.warmUp()).containsExactly(100);
  }

  @Test
  void sizesThatDoNotGrowOrEndAtTheLargest_areRefused() {
    assertThatThrownBy(() -> BatchSizes.of(List.of(8, 8)))
        .hasMessageContaining("[8, 8]")
        .hasMessageContaining("strictly increasing");
    assertThatThrownBy(() -> BatchSizes.of(List.of(0, 8))).hasMessageContaining(">= 1");
    assertThatThrownBy(() -> BatchSizes.of(List.of())).hasMessageContaining("0");
    assertThatThrownBy(() -> new BatchSizes(64, List.of(8, 32))).hasMessageContaining("64");
    assertThatThrownBy(() -> BatchSizes.upTo(0)).hasMessage("maxRows 0: expected >= 1");
  }
}
