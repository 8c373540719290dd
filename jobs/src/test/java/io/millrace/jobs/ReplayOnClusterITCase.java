package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.CommandProcess;
import io.millrace.testing.processes.FlinkCluster;
import io.millrace.testing.processes.S3Server;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.avro.AvroParquetWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replays from S3 to S3 on a session cluster of real processes, as the README submits them. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ReplayOnClusterITCase {
  private static final int FILES = 8;
  private static final int RECORDS_OF_A_FILE = 40_000;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int ATTEMPTS = 10;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Schema SCHEMA =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "payment", "fields": [
                {"name": "id", "type": "long"},
                {"name": "x", "type": {"type": "array", "items": "float"}}]}
              """);

  @TempDir static Path folder;
  private static S3Server s3;
  private static S3Files files;
  private static FlinkCluster flink;

  @BeforeAll
  static void start() throws Exception {
    s3 = S3Server.start(S3Server.jars(), folder.resolve("s3"));
    s3.createBucket("lake");
    files = new S3Files(s3);
    SavedModels.linear(folder.resolve("lake/models/7"), new float[] {3, 1}, 0);
    for (int file = 0; file < FILES; file++) {
      write(folder.resolve("lake/many/%d.parquet".formatted(file)), file, RECORDS_OF_A_FILE);
    }
    write(folder.resolve("lake/few/a.parquet"), FILES, 100);
    files.put(folder.resolve("lake"), "s3://lake");
    configureClient();
    FlinkCluster.Builder cluster =
        FlinkCluster.of(ClusterBench.HOME, folder.resolve("flink"))
            .taskManagers(2)
            // A TaskManager that is lost leaves no slot that its tasks could have.
            .set("taskmanager.numberOfTaskSlots", "1")
            .set("taskmanager.memory.process.size", "2500m")
            .set("heartbeat.interval", "1 s")
            // What the REST interface says is as old as these: ten and three seconds by default.
            .set("metrics.fetcher.update-interval", "200 ms")
            .set("web.refresh-interval", "20 ms");
    S3Files.settings(s3).forEach(cluster::set);
    flink = cluster.start();
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable started : Arrays.asList(flink, files, s3)) {
      if (started != null) {
        started.close();
      }
    }
  }

  private static void write(Path file, int number, int records) throws IOException {
    Files.createDirectories(file.getParent());
    try (ParquetWriter<GenericRecord> writer =
        AvroParquetWriter.<GenericRecord>builder(new LocalOutputFile(file))
            .withSchema(SCHEMA)
            .build()) {
      for (int i = 0; i < records; i++) {
        GenericRecord payment = new GenericData.Record(SCHEMA);
        payment.put("id", (long) number * RECORDS_OF_A_FILE + i);
        payment.put("x", List.of(i / 7f, 2f + number));
        writer.write(payment);
      }
    }
  }

  /** The distribution's configuration, and where S3 is. */
  private static void configureClient() throws IOException {
    StringBuilder config =
        new StringBuilder(Files.readString(ClusterBench.HOME.resolve("conf/flink/config.yaml")));
    S3Files.settings(s3).forEach((key, value) -> config.append("%s: %s%n".formatted(key, value)));
    Path conf = Files.createDirectories(folder.resolve("conf"));
    Files.writeString(conf.resolve("config.yaml"), config);
  }

  private static CommandProcess start(String name, String command, String... arguments)
      throws IOException {
    List<String> line = new ArrayList<>(List.of(ClusterBench.HOME.resolve(command).toString()));
    line.addAll(List.of(arguments));
    return CommandProcess.start(
        name, line, Map.of("FLINK_CONF_DIR", folder.resolve("conf").toString()), folder);
  }

  /** What {@code flink run} of a replay needs behind it. */
  private static CommandProcess submit(String name, Path config, String... more)
      throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("run", "-m", flink.address().getAuthority()));
    arguments.addAll(List.of("-c", ReplayJob.class.getName(), ClusterBench.JOB_JAR.toString()));
    arguments.addAll(List.of("--config", config.toString()));
    arguments.addAll(List.of(more));
    return start(name, "bin/flink", arguments.toArray(String[]::new));
  }

  private static void awaitSuccess(CommandProcess command)
      throws IOException, InterruptedException {
    try (command) {
      command.awaitSuccess(PATIENCE);
    }
  }

  /** From and to folders of a place. */
  private static Path config(String name, String format, String place, String input)
      throws IOException {
    return Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        job: {name: %s, parallelism: 2}
        input: {paths: "%s/%s", format: parquet, key: "{id}"}
        output: {path: "%s/scored/%s", format: %s, fields: [id]}
        model: {name: m, base: "%s/models"}
        """
            .formatted(name, place, input, place, name, format, place));
  }

  private static JsonNode get(String path) throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return JSON.readTree(flink.get(path));
      } catch (ConnectException e) {
        // A busy machine turns a connection away now and then.
        if (attempt == ATTEMPTS) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
      }
    }
  }

  private static List<JsonNode> jobs(String name) throws IOException, InterruptedException {
    List<JsonNode> jobs = new ArrayList<>();
    for (JsonNode job : get("jobs/overview").path("jobs")) {
      if (job.path("name").asText().equals(name)) {
        jobs.add(job);
      }
    }
    return jobs;
  }

  /** What that of the two subtasks has read which has read less; 0 until both read. */
  private static double leastRead(String readers) throws IOException, InterruptedException {
    for (JsonNode metric : get(readers + "/subtasks/metrics")) {
      String id = metric.path("id").asText();
      if (id.endsWith(".records_read")) {
        JsonNode read = get(readers + "/subtasks/metrics?agg=min,avg,sum&get=" + id).path(0);
        boolean both = read.path("sum").asDouble() > 1.5 * read.path("avg").asDouble();
        return both ? read.path("min").asDouble() : 0;
      }
    }
    return 0;
  }

  /** The whole name of a metric that the JobManager has of the source, empty as long as not. */
  private static String idOf(String metrics, String name) throws Exception {
    for (JsonNode metric : get(metrics)) {
      if (metric.path("id").asText().endsWith(name)) {
        return metric.path("id").asText();
      }
    }
    return "";
  }

  private static double ofJobManager(String readers, String name) throws Exception {
    String metrics = readers + "/jm-operator-metrics";
    Await.until(name + " is there", () -> !idOf(metrics, name).isEmpty());
    String id = URLEncoder.encode(idOf(metrics, name), StandardCharsets.UTF_8);
    return get(metrics + "?get=" + id).at("/0/value").asDouble();
  }

  private static long inputBytes() throws IOException {
    long bytes = 0;
    for (int file = 0; file < FILES; file++) {
      bytes += Files.size(folder.resolve("lake/many/%d.parquet".formatted(file)));
    }
    return bytes;
  }

  /** Path of the tasks that read, score and write. */
  private static String awaitReaders(String name) throws Exception {
    Await.until(name + " is submitted", () -> !jobs(name).isEmpty());
    String job = "jobs/" + jobs(name).get(0).path("jid").asText();
    Await.until(name + " has tasks", () -> get(job).at("/vertices/0").isObject());
    return job + "/vertices/" + get(job).at("/vertices/0/id").asText();
  }

  @Test
  void replay_taskManagerKilledOnTheWay_givesTheBytesOfALocalReplay() throws Exception {
    Path here = config("killed", "json", folder.resolve("lake").toString(), "many");
    awaitSuccess(start("local", "bin/millrace", "replay", "--config", here.toString()));
    Path there = config("killed", "json", "s3://lake", "many");
    try (CommandProcess submitted = submit("submit", there)) {
      String readers = awaitReaders("killed");
      Await.until(
          "each subtask is past its first file",
          PATIENCE,
          POLL,
          () -> leastRead(readers) > RECORDS_OF_A_FILE);
      assertThat(ofJobManager(readers, ".bytes_total")).isEqualTo(inputBytes());
      assertThat(ofJobManager(readers, ".estimated_seconds_left"))
          .isGreaterThan(0)
          .isLessThan(PATIENCE.toSeconds());
      flink.taskManager(0).kill();
      assertThat(files.exists("s3://lake/scored/killed/_SUCCESS")).isFalse();
      flink.taskManager(0).restart();
      submitted.awaitSuccess(PATIENCE);

      List<Integer> attempts = new ArrayList<>();
      get(readers).path("subtasks").forEach(it -> attempts.add(it.path("attempt").asInt()));
      // The one that was lost ran again, alone.
      assertThat(attempts).hasSize(2).contains(0).anyMatch(attempt -> attempt > 0);
    }
    assertThat(files.digests("s3://lake/scored/killed"))
        .hasSize(FILES + 1)
        .isEqualTo(files.digests(folder.resolve("lake/scored/killed").toUri().toString()));
    assertThat(files.exists("s3://lake/scored/_killed.part")).isFalse();
  }

  @Test
  void replay_outputThatExists_isRefusedUnlessOverwritten() throws Exception {
    Path config = config("again", "json", "s3://lake", "few");
    awaitSuccess(submit("first", config));
    Map<String, String> first = files.digests("s3://lake/scored/again");

    try (CommandProcess refused = submit("refused", config)) {
      Await.until("the submission ends", () -> !refused.isAlive());
      assertThat(refused.exitCode()).isNotZero();
      assertThat(refused.log()).content().contains("s3://lake/scored/again exists: expected");
    }
    assertThat(jobs("again")).hasSize(1);

    awaitSuccess(submit("overwrite", config, "--overwrite"));
    assertThat(jobs("again")).hasSize(2);
    assertThat(files.digests("s3://lake/scored/again")).hasSize(2).isEqualTo(first);
  }
}
