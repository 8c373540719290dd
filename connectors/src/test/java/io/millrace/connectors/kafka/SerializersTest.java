package io.millrace.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class SerializersTest {
  private static final long SEED = 42;

  @Test
  void kafkaRecord_roundTrip_keepsEveryField() throws IOException {
    Random random = new Random(SEED);
    List<KafkaRecord> records = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      records.add(
          new KafkaRecord(
              "topic-é" + random.nextInt(3),
              random.nextInt(),
              random.nextLong(),
              random.nextLong(),
              random.nextLong(),
              bytes(random),
              bytes(random)));
    }

    List<KafkaRecord> read = roundTrip(KafkaRecord.class, records);

    for (int i = 0; i < records.size(); i++) {
      KafkaRecord expected = records.get(i);
      KafkaRecord actual = read.get(i);
      assertThat(actual.toString()).as("seed %s, case %s", SEED, i).isEqualTo(expected.toString());
      assertThat(actual.timestamp()).isEqualTo(expected.timestamp());
      assertThat(actual.readMicros()).isEqualTo(expected.readMicros());
      assertThat(actual.key()).isEqualTo(expected.key());
      assertThat(actual.value()).isEqualTo(expected.value());
    }
  }

  @Test
  void outboundRecord_roundTrip_keepsEveryField() throws IOException {
    Random random = new Random(SEED);
    List<OutboundRecord> records = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      List<MessageHeader> headers = new ArrayList<>();
      for (int h = random.nextInt(4); h > 0; h--) {
        headers.add(MessageHeader.of("header-" + h, random.nextLong()));
      }
      records.add(
          new OutboundRecord(
              "topic-" + random.nextInt(3),
              random.nextInt(),
              random.nextLong(),
              bytes(random),
              bytes(random),
              headers));
    }

    List<OutboundRecord> read = roundTrip(OutboundRecord.class, records);

    for (int i = 0; i < records.size(); i++) {
      assertThat(read.get(i))
          .as("seed %s, case %s", SEED, i)
          .usingRecursiveComparison()
          .isEqualTo(records.get(i));
    }
  }

  @Test
  void snapshot_ofTheSameRelease_isCompatibleAsIs() {
    TypeSerializer<KafkaRecord> serializer = serializer(KafkaRecord.class);
    TypeSerializerSnapshot<KafkaRecord> snapshot = serializer.snapshotConfiguration();

    assertThat(
            serializer(KafkaRecord.class)
                .snapshotConfiguration()
                .resolveSchemaCompatibility(snapshot)
                .isCompatibleAsIs())
        .isTrue();
    assertThat(snapshot.restoreSerializer()).isEqualTo(serializer);
  }

  /** Found as Flink finds it: by the annotation on the class. */
  private static <T> TypeSerializer<T> serializer(Class<T> type) {
    return TypeInformation.of(type).createSerializer(new SerializerConfigImpl());
  }

  private static <T> List<T> roundTrip(Class<T> type, List<T> records) throws IOException {
    TypeSerializer<T> serializer = serializer(type);
    assertThat(serializer.isImmutableType()).isTrue();
    DataOutputSerializer out = new DataOutputSerializer(64);
    for (T record : records) {
      serializer.serialize(record, out);
    }
    DataOutputSerializer copied = new DataOutputSerializer(64);
    DataInputDeserializer source = new DataInputDeserializer(out.getCopyOfBuffer());
    TypeSerializer<T> copier = serializer.duplicate();
    for (int i = 0; i < records.size(); i++) {
      copier.copy(source, copied);
    }
    assertThat(Arrays.equals(copied.getCopyOfBuffer(), out.getCopyOfBuffer())).isTrue();
    DataInputDeserializer in = new DataInputDeserializer(copied.getCopyOfBuffer());
    List<T> read = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      read.add(serializer.deserialize(in));
    }
    assertThat(in.available()).isZero();
    return read;
  }

  private static byte[] bytes(Random random) {
    if (random.nextInt(4) == 0) {
      return null;
    }
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }
}
