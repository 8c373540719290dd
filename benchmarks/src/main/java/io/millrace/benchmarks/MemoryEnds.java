package io.millrace.benchmarks;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.KafkaTypes;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** Sources and sink of the jobs that read and write memory. */
final class MemoryEnds {
  private MemoryEnds() {}

  static DataStream<byte[]> binary(StreamExecutionEnvironment env, long records) {
    return env.fromSequence(0, records - 1)
        .map(new Feed<>(Records::binary))
        .returns(PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);
  }

  static DataStream<KafkaRecord> json(StreamExecutionEnvironment env, long records) {
    return env.fromSequence(0, records - 1)
        .map(new Feed<>(Records::readJson))
        .returns(KafkaTypes.KAFKA_RECORD);
  }

  static void check(DataStream<Float> scores, Check check) {
    scores
        .map(
            score -> {
              check.accept(score);
              return score;
            })
        .returns(Types.FLOAT)
        .sinkTo(new DiscardingSink<>());
  }

  private interface Pool<T> extends java.io.Serializable {
    T at(long place);
  }

  private static final class Feed<T> implements MapFunction<Long, T> {
    private static final long serialVersionUID = 1L;

    private final Pool<T> pool;
    private int started;

    Feed(Pool<T> pool) {
      this.pool = pool;
    }

    @Override
    public T map(Long place) {
      // By event time, the first record waits until its version is loaded.
      if (started < 2 && ++started == 2) {
        Meter.current().entered();
      }
      return pool.at(place);
    }
  }
}
