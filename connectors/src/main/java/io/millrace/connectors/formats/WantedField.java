package io.millrace.connectors.formats;

import io.millrace.tensor.ElementType;
import io.millrace.tensor.Shape;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A field that a job wants of its records: an input, a feature, or one that only goes along to the
 * output.
 *
 * @param name of the field; where records are nested, names with dots between them
 * @param type of its elements, null where it only goes along
 * @param row the shape of one record's value
 * @param required whether a record without it is rejected
 */
public record WantedField(String name, @Nullable ElementType type, Shape row, boolean required)
    implements Serializable {

  public WantedField {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(row, "row");
  }

  /** One that only goes along. */
  public static WantedField carried(String name) {
    return new WantedField(name, null, Shape.unknownRank(), false);
  }

  /** The same, without which a record is rejected. */
  WantedField asRequired() {
    return new WantedField(name, type, row, true);
  }

  /** How a message names what is expected. */
  String expected() {
    return row.hasRank() && row.rank() == 0 ? String.valueOf(type) : type + "" + row;
  }
}
