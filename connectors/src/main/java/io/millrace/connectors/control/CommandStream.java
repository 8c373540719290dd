package io.millrace.connectors.control;

import io.millrace.connectors.kafka.KafkaClientProperties;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.KafkaRecordDeserializer;
import io.millrace.flink.CommandSerializer;
import io.millrace.flink.ModelEventSerializer;
import io.millrace.model.Command;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelException;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * The commands of a control topic as they come, and a report of each record that is none.
 *
 * @param commands to be broadcast to the operator
 * @param refusals for the status topic, beside the operator's own events
 */
public record CommandStream(DataStream<Command> commands, DataStream<ModelEvent> refusals) {
  private static final OutputTag<ModelEvent> REFUSED =
      new OutputTag<>("refused-commands", ModelEventSerializer.typeInformation());

  /**
   * Adds the source of a control topic to a job; it has one subtask, as the topic one partition.
   *
   * @param fromOffset where a fresh job begins, usually {@link CommandHistory#nextOffset}; a
   *     restored one goes on where its checkpoint was
   */
  public static CommandStream of(
      StreamExecutionEnvironment env, KafkaClientProperties client, String topic, long fromOffset) {
    SingleOutputStreamOperator<Command> commands =
        env.fromSource(
                source(client, topic, fromOffset),
                WatermarkStrategy.noWatermarks(),
                "control topic")
            .uid("control-source")
            .setParallelism(1)
            .process(new Decoder())
            .returns(CommandSerializer.typeInformation())
            .name("commands")
            .uid("commands")
            .setParallelism(1);
    return new CommandStream(commands, commands.getSideOutput(REFUSED));
  }

  private static KafkaSource<KafkaRecord> source(
      KafkaClientProperties client, String topic, long fromOffset) {
    TopicPartition partition = new TopicPartition(topic, 0);
    Properties properties = client.toProperties();
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put("commit.offsets.on.checkpoint", "false");
    return KafkaSource.<KafkaRecord>builder()
        .setBootstrapServers(client.bootstrapServers())
        .setPartitions(Set.of(partition))
        .setStartingOffsets(
            OffsetsInitializer.offsets(Map.of(partition, fromOffset), OffsetResetStrategy.EARLIEST))
        .setDeserializer(new KafkaRecordDeserializer())
        .setProperties(properties)
        .build();
  }

  /** A record that is no command must not fail the job: it is reported and passed over. */
  private static final class Decoder extends ProcessFunction<KafkaRecord, Command> {
    private static final long serialVersionUID = 1L;

    @Override
    public void processElement(KafkaRecord record, Context context, Collector<Command> out) {
      try {
        out.collect(CommandJson.decode(record.key(), record.value(), record.offset()));
      } catch (ModelException e) {
        String job = getRuntimeContext().getJobInfo().getJobName();
        context.output(
            REFUSED,
            RefusedCommand.of(record.offset(), record.key(), e).toEvent(Instant.now(), job));
      }
    }
  }
}
