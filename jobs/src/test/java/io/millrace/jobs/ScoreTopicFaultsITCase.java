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

  /** Sends one bad record between two good ones; the good ones must be scored, the bad one not. */
  private ConsumerRecord<byte[], byte[]> rejected(String value, String reason) throws Exception {
    int before = bench.topics.read("dead").size();
    bench.topics.send(0, "{\"x\": 1}");
    bench.topics.send(0, value);
    bench.topics.send(0, "{\"x\": 2}");
    bench.topics.awaitOutputs();
    List<ConsumerRecord<byte[], byte[]>> dead = bench.topics.read("dead");
    assertThat(dead).hasSize(before + 1);
    ConsumerRecord<byte[], byte[]> last = dead.get(before);
    assertThat(header(last, MessageHeader.REASON)).isEqualTo(reason);
    assertThat(last.value())
        .isEqualTo(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    return last;
  }

  private void assertNothingElseWasHarmed() throws Exception {
    CheckReport report = bench.topics.check();
    assertThat(report.isClean()).as(report.toString()).isTrue();
  }

  @Test
  void fault15_oversizedRecord_isRejectedUnread() throws Exception {
    var dead = rejected("{\"x\": 1, \"pad\": \"" + "a".repeat(2_000) + "\"}", "TOO_LARGE");
    assertThat(header(dead, MessageHeader.MESSAGE)).contains("1024");
    assertNothingElseWasHarmed();
  }

  @Test
  void fault16_nullRecord_isRejectedAndCounted() throws Exception {
    rejected(null, "NULL_RECORD");
    assertNothingElseWasHarmed();
  }

  @Test
  void fault17_poisonJson_isRejectedWithItsPlace() throws Exception {
    var dead = rejected("{\"x\": ", "MALFORMED");
    assertThat(header(dead, MessageHeader.SOURCE_TOPIC)).isEqualTo(bench.topics.topic("in"));
    assertThat(header(dead, MessageHeader.SOURCE_PARTITION)).isEqualTo("0");
    assertThat(header(dead, MessageHeader.SOURCE_OFFSET)).isEqualTo("1");
    rejected("[".repeat(500), "MALFORMED");
    // A list where a number belongs is refused at its first bracket, however deep it goes.
    rejected("{\"x\": " + "[".repeat(400) + "]".repeat(400) + "}", "WRONG_SHAPE");
    rejected("not json \u0000\u0001", "MALFORMED");
    assertNothingElseWasHarmed();
  }

  @Test
  void fault14_wrongTypeShapeAndFields_areRejectedAlone() throws Exception {
    rejected("{\"x\": \"text\"}", "WRONG_TYPE");
    rejected("{\"x\": [1, 2]}", "WRONG_SHAPE");
    rejected("{}", "MISSING_FIELD");
    rejected("{\"x\": 1, \"z\": 1}", "UNKNOWN_FIELD");
    rejected("{\"x\": \"NaN\"}", "NON_FINITE_INPUT");
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
