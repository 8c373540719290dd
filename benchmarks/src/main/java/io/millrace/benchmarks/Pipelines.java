package io.millrace.benchmarks;

import io.millrace.connectors.formats.JsonRecordFormat;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.CommandSerializer;
import io.millrace.flink.Inference;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.CommandDelivery;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.flink.SavedModelMapFunction;
import io.millrace.model.Command;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What stands between source and sink in the arms that are Flink jobs. */
final class Pipelines {
  static final String MODEL = "m";
  static final Duration BATCH_TIMEOUT = Duration.ofMillis(5);

  static final FeatureWriter<byte[]> WRITER =
      (record, row) -> row.input(0).putRaw(record, 0, record.length);
  static final PredictionReader<byte[], Float> READER =
      (record, prediction, version) -> prediction.output(0).getFloat(0);

  private static final PredictionReader<KafkaRecord, Float> JSON_READER =
      (record, prediction, version) -> prediction.output(0).getFloat(0);

  private Pipelines() {}

  static DataStream<Float> binary(Arm.Peer peer, DataStream<byte[]> in, Subject subject, int cap) {
    String model = subject.savedModel();
    return switch (peer) {
      case NAIVE -> in.map(new PeerMaps.TensorFlow(model, 0)).returns(Types.FLOAT);
      case NAIVE_INLINE -> in.map(new PeerMaps.TensorFlow(model, -1)).returns(Types.FLOAT);
      case ONNX -> in.map(new PeerMaps.Onnx(subject.onnx())).returns(Types.FLOAT);
      case SINGLE ->
          in.map(SavedModelMapFunction.of(MODEL, 1, model, WRITER, READER)).returns(Types.FLOAT);
      case PASS_THROUGH -> in.map(record -> 0f).returns(Types.FLOAT);
      case CHANNEL -> in.map(record -> 0f).returns(Types.FLOAT).startNewChain();
      case CHAINED, COORDINATED, BROADCAST ->
          inference(peer, in, model, cap)
              .features(WRITER)
              .predictions(READER, Types.FLOAT)
              .predictions();
      case CHAINED_BY_TIME, COORDINATED_BY_TIME, BROADCAST_BY_TIME ->
          byTime(peer, in, model, cap)
              .features(WRITER)
              .predictions(READER, Types.FLOAT)
              .predictions();
      case DJL, CRAYFISH, LOOP, ENGINE, REPLAY, READ, PARSE -> throw notAJob(peer);
    };
  }

  static DataStream<Float> json(
      Arm.Peer peer, DataStream<KafkaRecord> in, Subject subject, int cap) {
    String model = subject.savedModel();
    return switch (peer) {
      case CRAYFISH -> in.map(new PeerMaps.Crayfish(model)).returns(Types.FLOAT);
      case PARSE -> in.map(new PeerMaps.ParseOnly(model, 128)).returns(Types.FLOAT);
      case PASS_THROUGH -> in.map(record -> 0f).returns(Types.FLOAT);
      case CHANNEL -> in.map(record -> 0f).returns(Types.FLOAT).startNewChain();
      case CHAINED, COORDINATED, BROADCAST ->
          inference(peer, in, model, cap)
              .features(JsonRecordFormat.builder().build())
              .predictions(JSON_READER, Types.FLOAT)
              .predictions();
      case NAIVE,
          NAIVE_INLINE,
          ONNX,
          SINGLE,
          DJL,
          CHAINED_BY_TIME,
          COORDINATED_BY_TIME,
          BROADCAST_BY_TIME,
          REPLAY,
          READ,
          LOOP,
          ENGINE ->
          throw notAJob(peer);
    };
  }

  /** A shell with version 1; those that take commands are never sent another. */
  static <T> Inference<T> inference(Arm.Peer peer, DataStream<T> in, String model, int cap) {
    Inference<T> inference =
        Inference.on(in)
            .model(MODEL, 1, model)
            .recordsAreNotReused()
            .with(InferenceOptions.MAX_BATCH_SIZE, cap)
            .with(InferenceOptions.BATCH_TIMEOUT, BATCH_TIMEOUT);
    return peer == Arm.Peer.CHAINED
        ? inference
        : inference
            .with(InferenceOptions.ROOTS, List.of(model))
            .with(
                InferenceOptions.COMMAND_DELIVERY,
                peer == Arm.Peer.BROADCAST
                    ? CommandDelivery.BROADCAST
                    : CommandDelivery.COORDINATOR)
            .commands(commands(in.getExecutionEnvironment()));
  }

  /** As the shell without times, but for the policy: version 1 is valid at the times of all. */
  private static Inference<byte[]> byTime(
      Arm.Peer peer, DataStream<byte[]> in, String model, int cap) {
    return inference(ByTime.shell(peer), in, model, cap)
        .with(InferenceOptions.SWITCH_POLICY, SwitchPolicy.EVENT_TIME)
        .timestamps(record -> Byte.toUnsignedLong(record[0]))
        .startingFrom(
            MODEL,
            List.of(
                new Command.Publish(
                    MODEL, 1, Path.of(model).toUri(), null, 1, true, Instant.EPOCH)));
  }

  private static DataStream<Command> commands(StreamExecutionEnvironment env) {
    return env.fromData(CommandSerializer.typeInformation(), new Command.Retire("other", 1, 1));
  }

  private static IllegalArgumentException notAJob(Arm.Peer peer) {
    return new IllegalArgumentException(peer.title() + ": no such job for these records");
  }
}
