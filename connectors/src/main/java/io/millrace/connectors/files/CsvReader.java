package io.millrace.connectors.files;

import io.millrace.connectors.formats.CsvColumns;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the rows behind a header. A dead letter has the row's own bytes. */
final class CsvReader implements PieceFormat.Reader {
  private final CsvRows rows;
  private final @Nullable CsvColumns columns;

  /**
   * @param rows behind the header
   * @param columns those of the header, null if the file is empty
   */
  CsvReader(CsvRows rows, @Nullable CsvColumns columns) {
    this.rows = rows;
    this.columns = columns;
  }

  @Override
  public @Nullable FilePiece read() throws IOException {
    List<@Nullable String> cells = columns == null ? null : rows.next();
    if (columns == null || cells == null) {
      return null;
    }
    if (rows.bytes() > rows.maxBytes()) {
      return FilePiece.refused(
          rows.offset(),
          RecordReason.TOO_LARGE,
          "the row has " + rows.bytes() + " bytes: expected at most " + rows.maxBytes());
    }
    if (!rows.isDecoded()) {
      return refused(
          new RecordRefusal(
              RecordReason.MALFORMED, "line " + rows.line() + " is not UTF-8, as CSV must be"));
    }
    try {
      return FilePiece.record(rows.offset(), columns.json(cells, rows.line()));
    } catch (RecordException e) {
      return refused(new RecordRefusal(e.reason(), String.valueOf(e.getMessage())));
    }
  }

  private FilePiece refused(RecordRefusal refusal) {
    return new FilePiece(rows.offset(), KafkaRecord.NO_TIMESTAMP, null, rows.text(), refusal);
  }

  @Override
  public void close() throws IOException {
    rows.close();
  }
}
