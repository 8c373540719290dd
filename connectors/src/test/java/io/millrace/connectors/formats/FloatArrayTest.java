package io.millrace.connectors.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class FloatArrayTest {
  private static final Schema SCHEMA = Schema.createArray(Schema.create(Schema.Type.FLOAT));

  @Test
  void anyCalls_areThoseOfAList() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    FloatArray array = new FloatArray(SCHEMA, 2);
    List<Float> list = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      float value = random.nextFloat();
      int place = random.nextInt(list.size() + 1);
      switch (random.nextInt(8)) {
        case 0 -> {
          array.add(place, value);
          list.add(place, value);
        }
        case 1 -> {
          if (place < list.size()) {
            assertThat(array.set(place, value)).isEqualTo(list.set(place, value));
          }
        }
        case 2 -> {
          array.reverse();
          Collections.reverse(list);
        }
        case 3 -> {
          if (random.nextInt(50) == 0) {
            array.clear();
            list.clear();
          }
        }
        default -> {
          array.add(value);
          list.add(value);
        }
      }
      assertThat(array.size()).as("seed %d", seed).isEqualTo(list.size());
    }
    assertThat(array).as("seed %d", seed).isEqualTo(list);
    assertThatThrownBy(() -> array.get(array.size())).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
