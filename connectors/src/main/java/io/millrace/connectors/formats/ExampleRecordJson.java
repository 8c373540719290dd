package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.tensor.RecordException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Features of records that are a serialized {@code tf.Example} each, by their names: of one value
 * it is this, of several an array, and one of none is not there. Floats have as many digits as tell
 * them from their neighbours. Not thread-safe.
 *
 * <pre>{@code
 * new ScoredRecordFormat("scored", List.of("id"), false)
 *     .reading(new ExampleRecordJson(List.of("id")));
 * }</pre>
 */
public final class ExampleRecordJson implements RecordJson {
  private static final long serialVersionUID = 1L;

  private final List<String> names;
  private transient @Nullable Features features;

  /**
   * @param names of the features that are wanted
   */
  public ExampleRecordJson(List<String> names) {
    this.names = names.stream().distinct().toList();
  }

  /**
   * @throws RecordException MALFORMED if the value is no such message
   */
  @Override
  public byte[] of(byte[] value) {
    Features known = features;
    if (known == null) {
      known = new Features(names);
      features = known;
    }
    try {
      return known.json(value);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
  }

  /** What is made once and used for each record. */
  private static final class Features {
    private final JsonFactory factory = JsonFactories.within(RecordLimits.UNBOUNDED);
    private final List<String> names;
    private final byte[][] keys;
    private final ExampleFeature[] features;
    private final ExampleScanner scanner = new ExampleScanner(this::named);
    private final JsonBytes strings = new JsonBytes();
    private final JsonFloats reals = new JsonFloats();

    Features(List<String> names) {
      this.names = names;
      keys = names.stream().map(name -> name.getBytes(UTF_8)).toArray(byte[][]::new);
      features =
          names.stream()
              .map(name -> new ExampleFeature("feature '" + name + "'"))
              .toArray(ExampleFeature[]::new);
    }

    private @Nullable ExampleFeature named(byte[] bytes, int from, int to) {
      for (int i = 0; i < keys.length; i++) {
        if (Arrays.equals(keys[i], 0, keys[i].length, bytes, from, to)) {
          return features[i];
        }
      }
      return null;
    }

    byte[] json(byte[] record) throws IOException {
      for (ExampleFeature feature : features) {
        feature.clear();
      }
      scanner.read(record);
      ByteArrayOutputStream object = new ByteArrayOutputStream();
      try (JsonGenerator json = factory.createGenerator(object)) {
        json.writeStartObject();
        for (int i = 0; i < features.length; i++) {
          if (features[i].count() > 0) {
            json.writeFieldName(names.get(i));
            features[i].write(json, record, strings, reals);
          }
        }
        json.writeEndObject();
      }
      return object.toByteArray();
    }
  }
}
