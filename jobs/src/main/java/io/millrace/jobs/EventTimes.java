package io.millrace.jobs;

import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.flink.InferenceOptions;
import io.millrace.flink.InferenceOptions.SwitchPolicy;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.ReadableConfig;

/** The times of a topic's records, where versions are chosen by them. */
final class EventTimes {
  private EventTimes() {}

  /**
   * That of the record in Kafka, in milliseconds since the epoch.
   *
   * @throws RecordException NO_MODEL if it has none
   */
  static long of(KafkaRecord record) {
    if (record.timestamp() == KafkaRecord.NO_TIMESTAMP) {
      throw new RecordException(
          RecordReason.NO_MODEL,
          "the record has no timestamp, by which its version is to be chosen");
    }
    return record.timestamp();
  }

  // Nothing here waits for time to pass but the release of versions, and those are retained for
  // late records: the latest timestamp of each partition will do.
  static WatermarkStrategy<KafkaRecord> watermarks(ReadableConfig config) {
    return config.get(InferenceOptions.SWITCH_POLICY) == SwitchPolicy.EVENT_TIME
        ? WatermarkStrategy.<KafkaRecord>forMonotonousTimestamps()
            .withIdleness(config.get(ScoreTopicOptions.IDLE_TIMEOUT))
        : WatermarkStrategy.noWatermarks();
  }
}
