package io.millrace.testing.models;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Feature;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.FloatList;
import org.tensorflow.proto.Int64List;

/**
 * Serialized {@code tf.Example} records, made and read by TensorFlow's own classes.
 *
 * <pre>{@code
 * byte[] record = ExampleBytes.of(Map.of("x", floats(1.5f, 2), "label", strings("fraud")));
 * ExampleBytes.parse(record).get("x"); // floats(1.5f, 2)
 * }</pre>
 */
public final class ExampleBytes {
  private ExampleBytes() {}

  /** Which list a feature has. */
  public enum Kind {
    NONE,
    FLOATS,
    INTEGERS,
    STRINGS
  }

  /**
   * A feature.
   *
   * @param values doubles, longs, or strings with a char for each byte
   */
  public record Values(Kind kind, List<Object> values) {
    public Values {
      values = List.copyOf(values);
    }
  }

  /** A feature without a list. */
  public static Values nothing() {
    return new Values(Kind.NONE, List.of());
  }

  public static Values floats(float... values) {
    return new Values(
        Kind.FLOATS,
        IntStream.range(0, values.length).<Object>mapToObj(i -> (double) values[i]).toList());
  }

  public static Values integers(long... values) {
    return new Values(Kind.INTEGERS, Arrays.stream(values).<Object>mapToObj(n -> n).toList());
  }

  /** A list of bytes: those of the texts in UTF-8. */
  public static Values strings(String... values) {
    return new Values(
        Kind.STRINGS,
        Arrays.stream(values)
            .<Object>map(text -> new String(text.getBytes(UTF_8), ISO_8859_1))
            .toList());
  }

  /** The record of these features, in the order of their names. */
  public static byte[] of(Map<String, Values> features) {
    Features.Builder all = Features.newBuilder();
    new TreeMap<>(features).forEach((name, values) -> all.putFeature(name, feature(values)));
    return Example.newBuilder().setFeatures(all).build().toByteArray();
  }

  private static Feature feature(Values feature) {
    List<Object> values = feature.values();
    return switch (feature.kind()) {
      case NONE -> Feature.getDefaultInstance();
      case FLOATS -> {
        FloatList.Builder list = FloatList.newBuilder();
        values.forEach(value -> list.addValue(((Double) value).floatValue()));
        yield Feature.newBuilder().setFloatList(list).build();
      }
      case INTEGERS -> {
        Int64List.Builder list = Int64List.newBuilder();
        values.forEach(value -> list.addValue((Long) value));
        yield Feature.newBuilder().setInt64List(list).build();
      }
      case STRINGS -> {
        BytesList.Builder list = BytesList.newBuilder();
        values.forEach(value -> list.addValue(ByteString.copyFrom((String) value, ISO_8859_1)));
        yield Feature.newBuilder().setBytesList(list).build();
      }
    };
  }

  /** A TFRecord file of these records. */
  public static byte[] file(byte[]... records) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (byte[] record : records) {
      byte[] length = littleEndian(Long.BYTES).putLong(record.length).array();
      for (byte[] part : List.of(length, record)) {
        file.writeBytes(part);
        file.writeBytes(littleEndian(Integer.BYTES).putInt(maskedChecksum(part)).array());
      }
    }
    return file.toByteArray();
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int maskedChecksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    long crc = checksum.getValue();
    return (int) ((crc >> 15 | crc << 17) + 0xa282ead8L);
  }

  /**
   * The features of a record.
   *
   * @throws IOException if protobuf cannot parse it
   */
  public static Map<String, Values> parse(byte[] record) throws IOException {
    Map<String, Values> parsed = new TreeMap<>();
    Example.parseFrom(record)
        .getFeatures()
        .getFeatureMap()
        .forEach((name, feature) -> parsed.put(name, values(feature)));
    return parsed;
  }

  private static Values values(Feature feature) {
    return switch (feature.getKindCase()) {
      case KIND_NOT_SET -> nothing();
      case INT64_LIST ->
          new Values(Kind.INTEGERS, new ArrayList<>(feature.getInt64List().getValueList()));
      case FLOAT_LIST ->
          new Values(
              Kind.FLOATS,
              feature.getFloatList().getValueList().stream()
                  .<Object>map(Float::doubleValue)
                  .toList());
      case BYTES_LIST ->
          new Values(
              Kind.STRINGS,
              feature.getBytesList().getValueList().stream()
                  .<Object>map(value -> value.toString(ISO_8859_1))
                  .toList());
    };
  }
}
