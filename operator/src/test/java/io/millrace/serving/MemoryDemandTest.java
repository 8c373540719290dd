package io.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.model.ModelSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryDemandTest {
  private static final long MEBIBYTE = 1 << 20;

  private static MemoryDemand demand(long graph, long other, int versions, int holders) {
    return new MemoryDemand(new ModelSize(graph, other), versions, holders);
  }

  @Test
  void bytes_countEveryVersionInEveryHolder() {
    assertThat(demand(0, 80, 1, 1).bytes()).isEqualTo(MemoryDemand.TENSORFLOW_BYTES + 90);
    assertThat(demand(0, 80, 2, 1).bytes()).isEqualTo(MemoryDemand.TENSORFLOW_BYTES + 180);
    assertThat(demand(0, 80, 2, 4).bytes()).isEqualTo(MemoryDemand.TENSORFLOW_BYTES + 720);
  }

  @Test
  void bytes_filesInMemory_countOnceInEveryHolder() {
    MemoryDemand staged = new MemoryDemand(new ModelSize(0, 80), 2, 4, true);
    assertThat(staged.bytes()).isEqualTo(demand(0, 80, 2, 4).bytes() + 4 * 80);
    assertThat(staged.terms())
        .isEqualTo(
            "2 versions x 4 slots x 1m, 4 x 1m of files in memory and 320m for TensorFlow itself");
  }

  @Test
  void bytes_constantsInTheGraphWeighSixfold() {
    assertThat(demand(10, 0, 1, 1).bytesPerCopy()).isEqualTo(60);
    assertThat(demand(10, 7, 1, 1).bytesPerCopy()).isEqualTo(67);
  }

  @Test
  void bytes_sizesThatNoMemoryHas_doNotOverflow() {
    assertThat(demand(Long.MAX_VALUE, 0, 1, 1).bytesPerCopy()).isEqualTo(Long.MAX_VALUE);
    assertThat(demand(Long.MAX_VALUE, 1, 2, 2).bytes()).isEqualTo(Long.MAX_VALUE);
    assertThat(demand(0, Long.MAX_VALUE / 2, 2, Integer.MAX_VALUE).bytes())
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void terms_nameTheFactors() {
    assertThat(demand(0, 48 * MEBIBYTE + 1, 2, 4).terms())
        .isEqualTo("2 versions x 4 slots x 55m and 320m for TensorFlow itself");
    assertThat(demand(0, 1, 1, 1).terms())
        .isEqualTo("1 version x 1 load x 1m and 320m for TensorFlow itself");
  }

  @Test
  void size_ofTheGraphIsKeptApart() {
    ModelSize size =
        ModelSize.NONE.plus("saved_model.pb", 3).plus("variables/variables.index", 4).plus("x", 5);

    assertThat(size).isEqualTo(new ModelSize(3, 9));
    assertThat(ModelSize.NONE.plus("assets/saved_model.pb", 1)).isEqualTo(new ModelSize(0, 1));
  }

  @Test
  void size_leavesOutWhatTensorFlowDoesNotRead() {
    ModelSize read = new ModelSize(3, 4);

    for (String path : List.of("assets.extra/training.csv", "manifest.json", "model.sig")) {
      assertThat(read.plus(path, 1 << 30)).as(path).isEqualTo(read);
    }
    assertThat(read.plus("assets/manifest.json", 1)).isEqualTo(new ModelSize(3, 5));
  }

  @Test
  void demand_ofNothing_isRefused() {
    assertThatThrownBy(() -> demand(1, 1, 0, 1)).hasMessageContaining("0 versions");
    assertThatThrownBy(() -> demand(-1, 1, 1, 1)).hasMessageContaining("-1");
  }
}
