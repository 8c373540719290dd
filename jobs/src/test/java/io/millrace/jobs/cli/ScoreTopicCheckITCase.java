package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.models.SavedModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code score-topic} and {@code --check} say before a record is scored. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ScoreTopicCheckITCase {
  @TempDir private Path folder;

  private EchoJob echo;
  private String suffix;

  @BeforeEach
  void createJob() throws Exception {
    echo = EchoJob.create(folder);
    suffix = echo.suffix();
  }

  @Test
  void check_batchDimensionThatIsNotThere_isRefusedAsTheJobWould() throws Exception {
    Path model = SavedModels.unbatched(folder.resolve("unbatched" + suffix));
    Path config = echo.config();
    String text = Files.readString(config).replaceFirst(", version-policy: 1", ", version: 1");
    Files.writeString(config, text.replaceFirst("base: \"[^\"]*\"", "uri: \"" + model + "\""));
    echo.send(0, "a", "{\"a\": 1, \"b\": 2}");
    String roots = "-Dmodel.roots=" + folder;

    assertThat(check(config, roots).out()).contains("1 read, 1 fit");
    check(config, roots, "-Dbatching.mode=on").assertFailed(1, "takes no batches", "batching.mode");
  }

  @Test
  void check_versionPublishedWithoutADigest_isRefusedWhereOneIsRequired() throws Exception {
    Path config = echo.config();
    echo.topics()
        .send(
            "control" + suffix,
            0,
            "echo/2",
            "{\"format\": 1, \"command\": \"publish\", \"model\": \"echo\", \"version\": 2, \"uri\": \""
                + folder.resolve("models/2").toUri()
                + "\"}");
    echo.send(0, "a", "{\"x\": 1}");

    assertThat(check(config).out()).contains("echo/2 sha256:", "1 read, 1 fit");
    check(config, "-Dmodel.integrity=required")
        .assertFailed(1, "echo/2 is published without a digest");
  }

  @Test
  void check_featuresThatDoNotFillTheirInput_areRefusedWithoutARecord() throws Exception {
    check(echo.config(), "-Dfeatures.input=x", "-Dfeatures.fields=[{name: a}, {name: b}]")
        .assertFailed(2, "features.fields: input 'x': float32[]", "a vector of 2 features");
  }

  @Test
  void check_recordsThatFitAndThatDoNot_areCountedWithTheFirstOfEachReason() throws Exception {
    Path config = echo.config();
    echo.send(0, "a", "{\"x\": 1}");
    CommandLineRun fit = check(config);
    echo.send(2, "b", "{\"x\": true}");
    echo.send(2, "c", "{}");
    echo.send(2, "d", "{\"x\": []}");
    CommandLineRun misfit = check(config);

    assertThat(fit.out()).contains("echo/1 sha256:", "1 read, 1 fit, 0 do not");
    assertThat(fit.exitCode()).as(fit.err()).isZero();
    assertThat(misfit.exitCode()).isEqualTo(1);
    assertThat(misfit.out())
        .contains("4 read, 1 fit, 3 do not")
        .contains("WRONG_TYPE 1, first at in" + suffix + "-2@0: ")
        .contains("MISSING_FIELD 1, first at in" + suffix + "-2@1: ")
        .contains("WRONG_SHAPE 1, first at in" + suffix + "-2@2: ");
  }

  @Test
  void check_behindABackfill_readsFromWhereTheFilesEnd() throws Exception {
    Path config = echo.config();
    Path file = Files.writeString(folder.resolve("history" + suffix + ".jsonl"), "{\"x\": 1}\n");
    echo.send(0, "a", "{\"x\": true}");
    echo.send(0, "b", "{\"x\": 1}");
    String offsets = "-Dinput.backfill.offsets={0: 1, 1: 0, 2: 0, 3: 0}";

    CommandLineRun run = check(config, "-Dinput.backfill.paths=" + file, offsets);
    assertThat(run.out()).as(run.err()).contains("1 read, 1 fit, 0 do not");
    check(config, "-Dinput.backfill.paths=/nowhere", offsets).assertFailed(1, "/nowhere");
    check(config, "--restore", "/nowhere").assertFailed(2, "--check and --restore");
  }

  @Test
  void check_topicWithoutRecords_provesNothing() throws Exception {
    CommandLineRun run = check(echo.config());

    assertThat(run.out()).contains("0 read");
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void scoreTopic_wrongConfiguration_exitsWith2AndOneLine() throws Exception {
    Path config = echo.config();
    EchoJob.score(config, "-Dbatching.max-batch-size=0")
        .assertFailed(2, "batching.max-batch-size", "'0'");
    EchoJob.score(config, "-Dbatching.size=3").assertFailed(2, "unknown key batching.size");
    EchoJob.score(config, "-Doutput.transaction-timeout=1 min")
        .assertFailed(2, "output.transaction-timeout", "checkpointing.interval");
    EchoJob.score(config, "-Dkafka.properties.group.id=x").assertFailed(2, "group.id");
    EchoJob.score(folder.resolve("nowhere.yaml")).assertFailed(2, "nowhere.yaml");
  }

  @Test
  void scoreTopic_whatIsNotThere_isNamedInOneLine() throws Exception {
    Path config = echo.config();
    EchoJob.score(config, "-Dinput.topic=absent").assertFailed(1, "absent", "create it");
    EchoJob.score(config, "-Dkafka.bootstrap-servers=localhost:1")
        .assertFailed(1, "localhost:1", "no answer");
    EchoJob.score(config, "-Dmodel.version-policy=77")
        .assertFailed(1, "no version 77", "[1, 2, 3]");
    EchoJob.score(config, "-Dmodel.base=/nowhere").assertFailed(1, "/nowhere");
    check(config, "-Dinput.topic=absent").assertFailed(1, "absent", "create it");
  }

  private static CommandLineRun check(Path config, String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--check");
    return EchoJob.score(config, args.toArray(String[]::new));
  }
}
