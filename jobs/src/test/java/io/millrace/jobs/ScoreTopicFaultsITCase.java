package io.millrace.jobs;

import static io.millrace.testing.check.Observation.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connectors.kafka.MessageHeader;
import io.millrace.flink.OpenModels;
import io.millrace.testing.check.CheckReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running job makes of records and versions that are not as they should be. */
class ScoreTopicFaultsITCase {
  private static final int SUBTASKS = 2;

  @TempDir Path folder;
  private ScoringBench bench;
  private JobID job;

  @BeforeEach
  void start() throws Exception {
    bench = new ScoringBench(folder, 1);
    bench.topics.version(1);
    job = bench.submit(bench.topics.config(Map.of("records.max-size", "1 kb")), SUBTASKS, null);
    bench.topics.awaitActive(1, SUBTASKS);
  }

  @AfterEach
  void stop() throws Exception {
    bench.close();
    assertThat(OpenModels.count()).isZero();
  }

  private record Bad(@Nullable String value, String reason) {}

  /** Sends bad records, each between good ones, which must be scored, and the bad ones not. */
  private List<ConsumerRecord<byte[], byte[]>> rejected(Bad... bad) throws Exception {
    bench.topics.send(0, "{\"x\": 1}");
    for (Bad it : bad) {
      bench.topics.send(0, it.value);
      bench.topics.send(0, "{\"x\": 2}");
    }
    bench.topics.awaitOutputs();
    List<ConsumerRecord<byte[], byte[]>> dead = bench.topics.read("dead");
    assertThat(dead).hasSameSizeAs(bad);
    for (int i = 0; i < bad.length; i++) {
      assertThat(header(dead.get(i), MessageHeader.REASON)).isEqualTo(bad[i].reason);
      byte[] value = dead.get(i).value();
      assertThat(value == null ? null : new String(value, StandardCharsets.UTF_8))
          .isEqualTo(bad[i].value);
    }
    return dead;
  }

  private void assertNothingElseWasHarmed() throws Exception {
    CheckReport report = bench.topics.check();
    assertThat(report.isClean()).as(report.toString()).isTrue();
  }

  @Test
  void fault15_oversizedRecord_isRejectedUnread() throws Exception {
    var dead = rejected(new Bad("{\"x\": 1, \"pad\": \"" + "a".repeat(2_000) + "\"}", "TOO_LARGE"));
    assertThat(header(dead.get(0), MessageHeader.MESSAGE)).contains("1024");
    assertNothingElseWasHarmed();
  }

  @Test
  void fault16_nullRecord_isRejectedAndCounted() throws Exception {
    rejected(new Bad(null, "NULL_RECORD"));
    assertNothingElseWasHarmed();
  }

  @Test
  void fault17_poisonJson_isRejectedWithItsPlace() throws Exception {
    var dead =
        rejected(
            new Bad("{\"x\": ", "MALFORMED"),
            new Bad("[".repeat(500), "MALFORMED"),
            // A list where a number belongs is refused at its first bracket, however deep it goes.
            new Bad("{\"x\": " + "[".repeat(400) + "]".repeat(400) + "}", "WRONG_SHAPE"),
            new Bad("not json \u0000\u0001", "MALFORMED"));
    for (int i = 0; i < dead.size(); i++) {
      assertThat(header(dead.get(i), MessageHeader.SOURCE_TOPIC))
          .isEqualTo(bench.topics.topic("in"));
      assertThat(header(dead.get(i), MessageHeader.SOURCE_PARTITION)).isEqualTo("0");
      assertThat(header(dead.get(i), MessageHeader.SOURCE_OFFSET)).isEqualTo("" + (2 * i + 1));
    }
    assertNothingElseWasHarmed();
  }

  @Test
  void fault14_wrongTypeShapeAndFields_areRejectedAlone() throws Exception {
    rejected(
        new Bad("{\"x\": \"text\"}", "WRONG_TYPE"),
        new Bad("{\"x\": [1, 2]}", "WRONG_SHAPE"),
        new Bad("{}", "MISSING_FIELD"),
        new Bad("{\"x\": 1, \"z\": 1}", "UNKNOWN_FIELD"),
        new Bad("{\"x\": \"NaN\"}", "NON_FINITE_INPUT"));
    assertNothingElseWasHarmed();
  }

  @Test
  void twoHundredPublishes_leaveOneOpenModelASlot() throws Exception {
    for (long version = 2; version <= 201; version++) {
      bench.topics.version(version);
      bench.topics.publish(version);
      if (version % 20 == 0) {
        bench.topics.sendNumbers((int) version * 10, (int) version * 10 + 100);
        bench.topics.awaitActive(version, SUBTASKS);
      }
    }
    bench.topics.awaitActive(201, SUBTASKS);
    ScoringTopics.await("one model a slot", () -> OpenModels.count() == SUBTASKS);
    bench.topics.awaitOutputs();
    assertNothingElseWasHarmed();
    bench.cluster.cancelJob(job).get();
    ScoringTopics.await("none after the end", () -> OpenModels.count() == 0);
  }
}
