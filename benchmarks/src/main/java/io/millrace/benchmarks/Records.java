package io.millrace.benchmarks;

import io.millrace.connectors.kafka.KafkaRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.StringJoiner;

/**
 * The records that every arm scores: the same few in turn, so that making them costs nothing and
 * each place in a stream says which one stands there.
 */
final class Records {
  /** A power of two. */
  static final int POOL = 64;

  private static final float[][] VALUES = values();
  private static final byte[][] BINARY =
      Arrays.stream(VALUES).map(Records::littleEndian).toArray(byte[][]::new);
  private static final byte[][] JSON =
      Arrays.stream(VALUES).map(Records::json).toArray(byte[][]::new);
  private static final KafkaRecord[] READ_JSON = read(JSON);

  private Records() {}

  static float[] values(int index) {
    return VALUES[index];
  }

  /** 784 float32, little-endian. */
  static byte[] binary(long place) {
    return BINARY[(int) (place & (POOL - 1))];
  }

  /** {@code {"x": [784 numbers]}}. */
  static byte[] json(long place) {
    return JSON[(int) (place & (POOL - 1))];
  }

  /** JSON as if it were read from a topic; the offset is the place within the pool. */
  static KafkaRecord readJson(long place) {
    return READ_JSON[(int) (place & (POOL - 1))];
  }

  private static float[][] values() {
    Random random = new Random(11);
    float[][] values = new float[POOL][Network.INPUTS];
    for (float[] record : values) {
      for (int i = 0; i < record.length; i++) {
        record[i] = random.nextFloat();
      }
    }
    return values;
  }

  static byte[] littleEndian(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }

  private static byte[] json(float[] values) {
    StringJoiner list = new StringJoiner(",", "{\"x\":[", "]}");
    for (float value : values) {
      list.add(Float.toString(value));
    }
    return list.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static KafkaRecord[] read(byte[][] values) {
    KafkaRecord[] records = new KafkaRecord[values.length];
    for (int i = 0; i < records.length; i++) {
      records[i] = new KafkaRecord("memory", 0, i, KafkaRecord.NO_TIMESTAMP, 0, null, values[i]);
    }
    return records;
  }
}
