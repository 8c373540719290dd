package io.millrace.connectors.formats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.BytesList;
import org.tensorflow.proto.Example;
import org.tensorflow.proto.Features;
import org.tensorflow.proto.FloatList;
import org.tensorflow.proto.Int64List;

/** {@code tf.Example} records made by TensorFlow's own classes. */
final class Examples {
  private Examples() {}

  static byte[] bytes(Map<String, org.tensorflow.proto.Feature> features) {
    return Example.newBuilder()
        .setFeatures(Features.newBuilder().putAllFeature(features))
        .build()
        .toByteArray();
  }

  /** A feature without a list. */
  static org.tensorflow.proto.Feature nothing() {
    return org.tensorflow.proto.Feature.getDefaultInstance();
  }

  static org.tensorflow.proto.Feature floats(float... values) {
    FloatList.Builder list = FloatList.newBuilder();
    for (float value : values) {
      list.addValue(value);
    }
    return org.tensorflow.proto.Feature.newBuilder().setFloatList(list).build();
  }

  static org.tensorflow.proto.Feature integers(long... values) {
    Int64List.Builder list = Int64List.newBuilder();
    for (long value : values) {
      list.addValue(value);
    }
    return org.tensorflow.proto.Feature.newBuilder().setInt64List(list).build();
  }

  static org.tensorflow.proto.Feature strings(String... values) {
    BytesList.Builder list = BytesList.newBuilder();
    for (String value : values) {
      list.addValue(ByteString.copyFromUtf8(value));
    }
    return org.tensorflow.proto.Feature.newBuilder().setBytesList(list).build();
  }

  /** The values of a feature as a list of doubles, longs, or strings with a char for each byte. */
  static String text(org.tensorflow.proto.Feature feature) {
    List<Object> values = new ArrayList<>(feature.getInt64List().getValueList());
    for (float value : feature.getFloatList().getValueList()) {
      values.add((double) value);
    }
    for (ByteString value : feature.getBytesList().getValueList()) {
      values.add(value.toString(ISO_8859_1));
    }
    return values.toString();
  }
}
