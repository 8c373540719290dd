package io.millrace.connectors.formats;

import io.millrace.tensor.Shape;
import io.millrace.tensor.TensorSpec;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a job wants of records whose files say which fields they have.
 *
 * @param wanted each once
 * @param carried names of those that go along to the output, or that keys and times are made of,
 *     whatever else they are for
 * @param rejectUnknown whether a file may have no others
 */
public record RecordFields(List<WantedField> wanted, List<String> carried, boolean rejectUnknown)
    implements Serializable {

  public RecordFields {
    wanted = List.copyOf(wanted);
    carried = List.copyOf(carried);
  }

  /** All of which are carried. */
  public RecordFields(List<WantedField> wanted, boolean rejectUnknown) {
    this(wanted, wanted.stream().map(WantedField::name).toList(), rejectUnknown);
  }

  /**
   * Those of a job: features, inputs, and what goes along to the output.
   *
   * @param vector the input that the features fill, null where there are none
   * @param inputs of one row
   * @param carried fields that go along to the output, or that keys and times are made of
   */
  public static RecordFields of(
      List<Feature> features,
      @Nullable String vector,
      List<TensorSpec> inputs,
      List<String> carried,
      boolean rejectUnknown) {
    Map<String, WantedField> wanted = new LinkedHashMap<>();
    for (Feature feature : features) {
      wanted.put(
          feature.name(),
          new WantedField(
              feature.name(), feature.dtype(), Shape.scalar(), feature.defaultValue() == null));
    }
    for (TensorSpec spec : inputs) {
      if (!spec.name().equals(vector)) {
        wanted.putIfAbsent(
            spec.name(), new WantedField(spec.name(), spec.type(), spec.shape(), true));
      }
    }
    for (String name : carried) {
      wanted.putIfAbsent(name, WantedField.carried(name));
    }
    return new RecordFields(List.copyOf(wanted.values()), carried, rejectUnknown);
  }

  /** The same, of which every file must have these as well. */
  public RecordFields requiring(List<String> names) {
    return new RecordFields(
        wanted.stream()
            .map(field -> names.contains(field.name()) ? field.asRequired() : field)
            .toList(),
        carried,
        rejectUnknown);
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
