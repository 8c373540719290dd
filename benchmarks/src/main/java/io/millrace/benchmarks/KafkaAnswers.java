package io.millrace.benchmarks;

import io.millrace.connectors.formats.ScoredRecordFormat;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.MessageHeader;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.model.ModelVersion;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.Prediction;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** What the jobs from topic to topic write, checked on the way. */
final class KafkaAnswers {
  /** As many bytes as {@link ScoredRecordFormat} writes for ten outputs, give or take a few. */
  private static final byte[] CONSTANT =
      ("{\"key\":null,\"fields\":{},\"predictions\":{\"y\":[" + "0.12345678,".repeat(10))
          .concat("0]},\"model\":{\"name\":\"m\",\"version\":1,\"digest\":\"sha256:")
          .concat("0".repeat(64) + "\"}}")
          .getBytes(StandardCharsets.US_ASCII);

  /** The headers of every scored record, as long as they are there. */
  private static final List<MessageHeader> CONSTANT_HEADERS =
      List.of(
          MessageHeader.of(MessageHeader.SOURCE_TOPIC, "binary-1"),
          MessageHeader.of(MessageHeader.SOURCE_PARTITION, 0),
          MessageHeader.of(MessageHeader.SOURCE_OFFSET, 123_456));

  private KafkaAnswers() {}

  private static void entered(KafkaRecord record) {
    if (record.offset() == 0) {
      Meter.current().entered();
    }
  }

  static byte[] value(KafkaRecord record) {
    return Objects.requireNonNull(record.value(), "no value");
  }

  private static OutboundRecord outbound(
      String topic, KafkaRecord record, byte[] value, List<MessageHeader> headers) {
    return new OutboundRecord(
        topic, record.partition(), record.timestamp(), record.key(), value, headers);
  }

  /** Notes when the first record of a partition is seen. */
  static final class Entrance implements MapFunction<KafkaRecord, KafkaRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public KafkaRecord map(KafkaRecord record) {
      entered(record);
      return record;
    }
  }

  /** The output record of {@code score-topic}. */
  static final class Scored implements PredictionReader<KafkaRecord, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    private final ScoredRecordFormat format;
    private final Check check;

    Scored(String topic, Check check) {
      this.format = new ScoredRecordFormat(topic, List.of(), false);
      this.check = check;
    }

    @Override
    public OutboundRecord read(KafkaRecord record, Prediction prediction, ModelVersion version) {
      check.accept(prediction.output(0).getFloat(0));
      return format.read(record, prediction, version);
    }
  }

  /**
   * A pass-through: what it writes is as long as what the scoring jobs write, headers included, so
   * that it has as much to send as they.
   */
  static final class Constant implements MapFunction<KafkaRecord, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final Check check = Check.ofCount();

    Constant(String topic) {
      this.topic = topic;
    }

    @Override
    public OutboundRecord map(KafkaRecord record) {
      check.accept(0);
      return outbound(topic, record, CONSTANT, CONSTANT_HEADERS);
    }
  }

  /** How a peer's map takes a record. */
  interface View<T> extends Serializable {
    T of(KafkaRecord record);
  }

  /** A peer's map between the topics; its answer is the score alone. */
  static final class Naive<T> extends RichMapFunction<KafkaRecord, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final RichMapFunction<T, Float> peer;
    private final View<T> view;
    private final Check check;

    Naive(String topic, RichMapFunction<T, Float> peer, View<T> view, Check check) {
      this.topic = topic;
      this.peer = peer;
      this.view = view;
      this.check = check;
    }

    @Override
    public void open(OpenContext context) throws Exception {
      peer.open(context);
    }

    @Override
    public OutboundRecord map(KafkaRecord record) throws Exception {
      Float score = peer.map(view.of(record));
      check.accept(score);
      byte[] answer = ("{\"y\":" + score + "}").getBytes(StandardCharsets.US_ASCII);
      return outbound(topic, record, answer, List.of());
    }

    @Override
    public void close() throws Exception {
      peer.close();
    }
  }
}
