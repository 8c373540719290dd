package io.millrace.connectors.formats;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job wants of records whose files say which fields they have.
 *
 * @param wanted each once
 * @param rejectUnknown whether a file may have no others
 */
public record RecordFields(List<WantedField> wanted, boolean rejectUnknown)
    implements Serializable {

  public RecordFields {
    wanted = List.copyOf(wanted);
  }

  /** The one of this name, or null. */
  @Nullable WantedField find(String name) {
    for (WantedField field : wanted) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    return null;
  }

  /** Whether a field of a file is wanted, or something within it is. */
  public boolean isUsed(String name) {
    return wanted.stream()
        .anyMatch(field -> field.name().equals(name) || field.name().startsWith(name + "."));
  }
}
