package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.jobs.ScoreTopicOptions.Format;
import io.millrace.testing.models.ExampleBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordFileTest {
  @TempDir private Path folder;

  private List<String> read(byte[] content, Format format) throws Exception {
    Path file = Files.write(folder.resolve("records"), content);
    return RecordFile.read(file.toString(), format).stream()
        .map(KafkaRecord::value)
        .map(value -> new String(value, StandardCharsets.UTF_8))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void read_eachFormat_isItsRecords() throws Exception {
    assertThat(read(bytes("{\"x\": 1}\n\n{\"x\": 2}\n"), Format.JSON))
        .containsExactly("{\"x\": 1}", "{\"x\": 2}");
    assertThat(read(ExampleBytes.file(bytes("a"), bytes("b")), Format.TF_EXAMPLE))
        .containsExactly("a", "b");
    assertThat(read(bytes("raw\nvalue"), Format.RAW)).containsExactly("raw\nvalue");
  }

  @Test
  void read_whatIsNoSuchFile_namesKeyAndFile() {
    assertThatThrownBy(() -> read(bytes("\n"), Format.JSON))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("model.warm-up-records", "no record");
    assertThatThrownBy(() -> read(bytes("{}"), Format.TF_EXAMPLE))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("TFRecord");
    assertThatThrownBy(() -> RecordFile.read(folder.resolve("absent").toString(), Format.JSON))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContainingAll("model.warm-up-records", "absent does not exist");
    assertThatThrownBy(() -> RecordFile.read("s3://user:secret@bucket/file", Format.JSON))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("user-info")
        .message()
        .doesNotContain("secret");
  }
}
