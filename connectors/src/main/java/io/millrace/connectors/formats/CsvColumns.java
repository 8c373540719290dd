package io.millrace.connectors.formats;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The wanted columns of a file with a header, whose rows become the JSON objects that records of
 * the {@code json} format are. Which cells are numbers follows from what is wanted: the text {@code
 * 7} is a string where a string is. Not thread-safe.
 *
 * <pre>{@code
 * CsvColumns columns = CsvColumns.of(List.of("id", "amount"), wanted);
 * byte[] value = columns.json(Arrays.asList("a-1", "2.5"), 7);
 * }</pre>
 */
public final class CsvColumns {
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]*)");
  private static final Pattern NUMBER =
      Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final Pattern NON_FINITE = Pattern.compile("NaN|-?Infinity");

  private final List<String> header;
  private final @Nullable WantedField[] wanted;
  private final JsonFactory factory = JsonFactories.within(RecordLimits.UNBOUNDED);
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);

  private CsvColumns(List<String> header, RecordFields fields) {
    this.header = header;
    this.wanted = header.stream().map(fields::find).toArray(WantedField[]::new);
  }

  /**
   * Finds the columns.
   *
   * @throws UnfitSchemaException with all that is wrong, if one is absent or there twice, or a cell
   *     cannot be what is wanted
   */
  public static CsvColumns of(List<String> header, RecordFields fields)
      throws UnfitSchemaException {
    List<String> misfits = new ArrayList<>();
    for (WantedField field : fields.wanted()) {
      if (field.type() != null && !isOneValue(field)) {
        misfits.add("column '" + field.name() + "': a cell cannot be " + field.expected());
      } else if (field.required() && !header.contains(field.name())) {
        misfits.add("column '" + field.name() + "' is absent: the header has " + header);
      }
    }
    Set<String> seen = new HashSet<>();
    for (String name : header) {
      if (!seen.add(name)) {
        misfits.add("column '" + name + "' is there twice");
      } else if (fields.rejectUnknown() && !fields.isUsed(name)) {
        misfits.add("column '" + name + "' goes nowhere");
      }
    }
    if (!misfits.isEmpty()) {
      throw new UnfitSchemaException(misfits);
    }
    return new CsvColumns(List.copyOf(header), fields);
  }

  private static boolean isOneValue(WantedField field) {
    if (field.type() == null || !field.row().hasRank()) {
      return true;
    }
    return switch (ElementKind.of(field.type())) {
      case REAL, INTEGER, BOOLEAN, BYTES -> {
        boolean one = true;
        for (int i = 0; i < field.row().rank(); i++) {
          one &= Math.abs(field.row().dimension(i)) == 1;
        }
        yield one;
      }
      case COMPLEX, RAW_ONLY -> false;
    };
  }

  /**
   * The wanted cells of a row.
   *
   * @param cells as many as there are columns, null where one is empty and not quoted: it is left
   *     out, and so takes its default
   * @param line of the row's beginning, for messages
   * @throws RecordException MALFORMED for another number of cells, WRONG_TYPE for a text that is
   *     not what is wanted
   */
  public byte[] json(List<@Nullable String> cells, long line) {
    if (cells.size() != header.size()) {
      throw new RecordException(
          RecordReason.MALFORMED,
          "line " + line + " has " + cells.size() + " cells: expected " + header.size());
    }
    buffer.reset();
    try (JsonGenerator json = factory.createGenerator(buffer)) {
      json.writeStartObject();
      for (int i = 0; i < wanted.length; i++) {
        WantedField field = wanted[i];
        String cell = cells.get(i);
        if (field != null && cell != null) {
          json.writeFieldName(field.name());
          write(json, field, cell, line);
        }
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return buffer.toByteArray();
  }

  private static void write(JsonGenerator json, WantedField field, String cell, long line)
      throws IOException {
    if (field.type() == null) {
      writeCarried(json, cell);
      return;
    }
    int depth = field.row().hasRank() ? field.row().rank() : 0;
    for (int i = 0; i < depth; i++) {
      json.writeStartArray();
    }
    switch (ElementKind.of(field.type())) {
      case REAL -> {
        if (NON_FINITE.matcher(cell).matches()) {
          json.writeString(cell);
        } else {
          json.writeRawValue(matching(NUMBER, field, cell, line));
        }
      }
      case INTEGER -> json.writeRawValue(matching(INTEGER, field, cell, line));
      case BOOLEAN -> json.writeBoolean(bool(field, cell, line));
      case BYTES -> json.writeString(cell);
      case COMPLEX, RAW_ONLY -> throw new IllegalStateException("not in a cell: " + field.type());
    }
    for (int i = 0; i < depth; i++) {
      json.writeEndArray();
    }
  }

  private static void writeCarried(JsonGenerator json, String cell) throws IOException {
    if (NUMBER.matcher(cell).matches()) {
      json.writeRawValue(cell);
    } else {
      json.writeString(cell);
    }
  }

  private static String matching(Pattern form, WantedField field, String cell, long line) {
    if (!form.matcher(cell).matches()) {
      throw wrongType(field, line);
    }
    return cell;
  }

  private static boolean bool(WantedField field, String cell, long line) {
    return switch (cell) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrongType(field, line);
    };
  }

  private static RecordException wrongType(WantedField field, long line) {
    return new RecordException(
        RecordReason.WRONG_TYPE,
        "line "
            + line
            + ", column '"
            + field.name()
            + "': expected "
            + field.type()
            + ", got another text");
  }
}
