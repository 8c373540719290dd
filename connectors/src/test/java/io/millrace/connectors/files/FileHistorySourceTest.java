package io.millrace.connectors.files;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.WantedField;
import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileHistorySourceTest {
  private static final RecordFields FIELDS =
      new RecordFields(
          List.of(
              new WantedField("x", ElementType.FLOAT32, Shape.scalar(), true),
              new WantedField("y", ElementType.FLOAT32, Shape.scalar(), true)),
          false);

  @TempDir Path folder;

  private FileHistorySource csv(DamagedFiles damaged) {
    return FileHistory.csv(
        List.of(new org.apache.flink.core.fs.Path(folder.toUri())),
        FIELDS,
        new ReadLimits(1_000, 1_000, damaged));
  }

  @Test
  void requireUsable_laterFilesThatDoNotFit_areNamedAndCounted() throws IOException {
    Files.writeString(folder.resolve("a.csv"), "x,y\n1,not looked at\n");
    Files.writeString(Files.createDirectory(folder.resolve("b")).resolve("b.csv"), "x,z\n");
    Files.writeString(folder.resolve("c.csv"), "");

    assertThatThrownBy(() -> csv(DamagedFiles.DEAD_LETTER).requireUsable())
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContainingAll("b/b.csv", "column 'y' is absent")
        .hasMessageNotContaining("of 3 files");
    Files.writeString(folder.resolve("d.csv"), "z\n");
    assertThatThrownBy(() -> csv(DamagedFiles.DEAD_LETTER).requireUsable())
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("b/b.csv", "column 'y' is absent", "2 of 4 files");
  }

  @Test
  void requireUsable_damagedWhereItBegins_isByPolicy() throws IOException {
    Files.writeString(folder.resolve("a.csv.gz"), "no gzip");

    assertThatThrownBy(() -> csv(DamagedFiles.FAIL).requireUsable())
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContainingAll("a.csv.gz", "damaged");
    assertThatCode(() -> csv(DamagedFiles.DEAD_LETTER).requireUsable()).doesNotThrowAnyException();
  }

  @Test
  void requireUsable_filesWithoutASchema_areLookedAtByTheirNamesAlone() throws IOException {
    Files.writeString(folder.resolve("a.jsonl.gz"), "no gzip");
    FileHistorySource lines =
        FileHistory.lines(
            List.of(new org.apache.flink.core.fs.Path(folder.toUri())),
            new ReadLimits(1_000, 1_000, DamagedFiles.FAIL));

    assertThatCode(lines::requireUsable).doesNotThrowAnyException();
    Files.writeString(folder.resolve("b.jsonl.xz"), "");
    assertThatThrownBy(lines::requireUsable)
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContaining("b.jsonl.xz");
  }
}
