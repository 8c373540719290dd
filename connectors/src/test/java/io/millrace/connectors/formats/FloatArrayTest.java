package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloatArrayTest {
  @Test
  void append_beyondItsCapacity_isAListOfAll() {
    FloatArray array = new FloatArray(2);
    List<Float> list = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      array.append(i / 3f);
      list.add(i / 3f);

      assertThat(array).hasSize(i + 1);
      assertThat(array.values()[i]).isEqualTo(i / 3f);
    }
    assertThat(array).isEqualTo(list);
    assertThatThrownBy(() -> array.get(1000)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void clear_thenAppended_hasTheNewOnesAlone() {
    FloatArray array = new FloatArray(0);
    array.append(1);
    array.append(2);

    array.clear();
    assertThat(array).isEmpty();
    assertThatThrownBy(() -> array.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
    array.append(3);
    assertThat(array).containsExactly(3f);
  }
}
