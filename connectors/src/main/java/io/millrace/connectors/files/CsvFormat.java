package io.millrace.connectors.files;

import io.millrace.connectors.formats.CsvColumns;
import io.millrace.connectors.formats.RecordFields;
import io.millrace.connectors.formats.UnfitSchemaException;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Comma-separated values with a header, as RFC 4180 has them, in UTF-8. A quoted cell may hold ends
 * of lines, so that from within a file nobody can tell where a row begins: each is one split.
 */
final class CsvFormat implements PieceFormat {
  private static final long serialVersionUID = 1L;

  private final RecordFields fields;
  private final int maxBytes;

  /**
   * @param maxBytes what a row may have at the most
   */
  CsvFormat(RecordFields fields, int maxBytes) {
    this.fields = fields;
    this.maxBytes = maxBytes;
  }

  @Override
  public Reader open(FSDataInputStream stream, long fileLength, long splitEnd) throws IOException {
    CsvRows rows = new CsvRows(stream, maxBytes);
    List<@Nullable String> header = rows.next();
    if (header == null) {
      // Without a row there is nothing that a header could be of.
      return new CsvReader(rows, null);
    }
    if (rows.bytes() > maxBytes) {
      throw new UnusableContentException(
          "the header has " + rows.bytes() + " bytes: expected at most " + maxBytes);
    }
    if (!rows.isDecoded()) {
      throw new UnusableContentException("the header is not UTF-8, as CSV must be");
    }
    try {
      return new CsvReader(rows, CsvColumns.of(names(header), fields));
    } catch (UnfitSchemaException e) {
      throw UnusableContentException.unfit(e);
    }
  }

  private static List<String> names(List<@Nullable String> header) {
    return header.stream().map(name -> name == null ? "" : name).toList();
  }

  @Override
  public boolean hasSchema() {
    return true;
  }

  @Override
  public boolean isSplittable() {
    return false;
  }
}
