package io.millrace.testing.models;

import static io.millrace.testing.models.ExampleBytes.floats;
import static io.millrace.testing.models.ExampleBytes.integers;
import static io.millrace.testing.models.ExampleBytes.nothing;
import static io.millrace.testing.models.ExampleBytes.strings;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExampleBytesTest {
  @Test
  void parse_whatWasMade_hasTheSameFeatures() throws IOException {
    Map<String, ExampleBytes.Values> features =
        Map.of(
            "x", floats(0.1f, -0.0f),
            "n", integers(Long.MIN_VALUE),
            "s", strings("é", ""),
            "none", nothing());

    assertThat(ExampleBytes.parse(ExampleBytes.of(features))).isEqualTo(features);
    assertThat(strings("é").values()).isEqualTo(List.of("\u00c3\u00a9"));
  }

  @Test
  void file_recordOf24Bytes_beginsAsTensorFlowWritesIt() {
    // As every event file does whose first record is the version.
    byte[] head = HexFormat.of().parseHex("1800000000000000a37f4b22");

    assertThat(ExampleBytes.file(new byte[24])).startsWith(head).hasSize(8 + 4 + 24 + 4);
  }
}
