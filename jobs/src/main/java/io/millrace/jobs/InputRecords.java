package io.millrace.jobs;

import io.millrace.connectors.files.LocatedRecord;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.flink.Rejection;
import io.millrace.flink.RejectionMapper;
import io.millrace.model.PredictionReader;
import io.millrace.tensor.FeatureWriter;
import io.millrace.tensor.TimestampReader;
import java.util.function.Function;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * What the job scores, and how what is made for records of a topic serves it.
 *
 * @param stream of the records
 * @param asRead a record as the stream would have it
 * @param features what writes them into the model's inputs
 * @param timestamps what reads their event times
 * @param predictions what makes an output of them
 * @param rejections what makes a dead letter of them
 */
record InputRecords<T>(
    DataStream<T> stream,
    Function<KafkaRecord, T> asRead,
    Function<FeatureWriter<KafkaRecord>, FeatureWriter<T>> features,
    Function<TimestampReader<KafkaRecord>, TimestampReader<T>> timestamps,
    Function<PredictionReader<KafkaRecord, OutboundRecord>, PredictionReader<T, OutboundRecord>>
        predictions,
    Function<RejectionMapper<KafkaRecord, OutboundRecord>, RejectionMapper<T, OutboundRecord>>
        rejections) {

  /** Those of a topic alone. */
  static InputRecords<KafkaRecord> of(DataStream<KafkaRecord> stream) {
    return new InputRecords<>(
        stream,
        Function.identity(),
        Function.identity(),
        Function.identity(),
        Function.identity(),
        Function.identity());
  }

  /** Those of files and a topic. */
  static InputRecords<LocatedRecord> ofBoth(DataStream<LocatedRecord> stream) {
    return new InputRecords<>(
        stream,
        LocatedRecord::of,
        LocatedRecord::writer,
        LocatedRecord::timestamps,
        reader ->
            (located, prediction, version) -> reader.read(located.carried(), prediction, version),
        mapper ->
            rejection ->
                mapper.map(
                    new Rejection<>(
                        rejection.record().record(),
                        rejection.reason(),
                        rejection.message(),
                        rejection.version())));
  }
}
