package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.KafkaBroker;
import io.millrace.testing.processes.SharedBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code model publish --effective-from} and {@code model timeline} with a real broker. */
class ModelTimelineITCase {
  private static final String JANUARY = "2026-01-01T00:00:00Z";
  private static final String FEBRUARY = "2026-02-01T00:00:00Z";

  @TempDir private static Path folder;
  private static KafkaBroker broker;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = SharedBroker.get();
  }

  private static CommandLineRun run(String topic, String... command) {
    List<String> line = new ArrayList<>(List.of("model"));
    line.addAll(List.of(command));
    line.addAll(List.of("--topic", topic, "--bootstrap-servers", broker.bootstrapServers()));
    return CommandLineRun.of(line.toArray(String[]::new));
  }

  private static void assertEnds(CommandLineRun run, int exitCode, String inTheError) {
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(exitCode);
    assertThat(run.err()).contains(inTheError);
  }

  @Test
  void publish_withATime_keepsATimelineThatTheTopicCanRebuild() throws Exception {
    broker.createTopic("timeline-models", 1);
    Path base = folder.resolve("fraud");
    Path first = SavedModels.linear(base.resolve("1"), new float[] {1, 2, 3}, 4);
    Path second = SavedModels.linear(base.resolve("2"), new float[] {3, 2, 1}, 4);
    Path json = base.resolve("timeline.json");

    CommandLineRun published =
        run(
            "timeline-models",
            "publish",
            first.toString(),
            "--model",
            "fraud",
            "--effective-from",
            JANUARY);
    assertEnds(published, 0, "");
    assertThat(published.out())
        .contains("timeline file://" + json + ": valid from " + JANUARY)
        .contains("at offset 0 of topic timeline-models");
    assertEnds(run("timeline-models", "publish", first.toString(), "--model", "fraud"), 0, "");
    assertEnds(
        run(
            "timeline-models",
            "publish",
            second.toString(),
            "--model",
            "fraud",
            "--effective-from",
            FEBRUARY),
        0,
        "");

    CommandLineRun shown = CommandLineRun.of("model", "timeline", base.toString(), "--check");
    assertEnds(shown, 0, "");
    assertThat(shown.out().lines().toList())
        .satisfiesExactly(
            one -> assertThat(one).startsWith(JANUARY + "  fraud/1  sha256:").endsWith("fraud/1"),
            two -> assertThat(two).startsWith(FEBRUARY + "  fraud/2  sha256:").endsWith("fraud/2"),
            count -> assertThat(count).isEqualTo("checked 2 versions"));

    String written = Files.readString(json);
    Files.delete(json);
    Files.delete(base.resolve("timeline.json.before"));
    assertEnds(CommandLineRun.of("model", "timeline", base.toString()), 1, "there is no file://");
    CommandLineRun rebuilt = run("timeline-models", "timeline", base.toString(), "--rebuild");
    assertEnds(rebuilt, 0, "");
    assertThat(rebuilt.out())
        .startsWith("rebuilt file://" + json + " from 2 commands of topic timeline-models");
    assertThat(Files.readString(json))
        .isEqualTo(written.replace("\"revision\" : 2", "\"revision\" : 1"));
  }

  @Test
  void publish_whichTheTimelineCannotTake_announcesNothing() throws Exception {
    broker.createTopic("refusals", 1);
    Path base = folder.resolve("refused/fraud");
    Path first = SavedModels.linear(base.resolve("1"), new float[] {1, 2, 3}, 4);
    String[] publish = {
      "publish", first.toString(), "--model", "fraud", "--effective-from", JANUARY
    };
    assertEnds(run("refusals", publish), 0, "");

    SavedModels.linear(base.resolve("2"), new float[] {9, 2, 3}, 4);
    assertEnds(
        run(
            "refusals",
            "publish",
            base.resolve("2").toString(),
            "--version",
            "1",
            "--model",
            "fraud",
            "--effective-from",
            FEBRUARY),
        2,
        "no folder of versions to keep the timeline in; expected model.base in --config");
    assertEnds(
        run(
            "refusals",
            "publish",
            base.resolve("2").toString(),
            "--version",
            "1",
            "--model",
            "fraud",
            "-Dmodel.base=" + base,
            "--effective-from",
            FEBRUARY),
        1,
        "give new bytes a new version");
    assertEnds(
        run(
            "refusals",
            "publish",
            first.toString(),
            "--model",
            "fraud",
            "--no-activate",
            "--effective-from",
            FEBRUARY),
        2,
        "--no-activate and --effective-from: expected one of them");
    Files.writeString(base.resolve("timeline.json"), "{\"format\": 1,");
    assertEnds(run("refusals", publish), 1, "timeline.json: not JSON at line 1");

    Files.delete(base.resolve("timeline.json"));
    CommandLineRun rebuilt = run("refusals", "timeline", base.toString(), "--rebuild");
    assertThat(rebuilt.out()).contains("from 1 commands of topic refusals");
  }

  @Test
  void check_ofATimelineWhoseVersionIsGoneOrChanged_isRefused() throws Exception {
    broker.createTopic("checks", 1);
    Path base = folder.resolve("checked/fraud");
    for (int version = 1; version <= 2; version++) {
      Path model = SavedModels.linear(base.resolve("" + version), new float[] {version, 2, 3}, 4);
      assertEnds(
          run(
              "checks",
              "publish",
              model.toString(),
              "--model",
              "fraud",
              "--effective-from",
              version == 1 ? JANUARY : FEBRUARY),
          0,
          "");
    }
    Files.writeString(
        base.resolve("1/variables/variables.data-00000-of-00001"), "0123456789abcdef");
    Files.move(base.resolve("2"), base.resolve("gone"));

    CommandLineRun checked = CommandLineRun.of("model", "timeline", base.toString(), "--check");
    assertEnds(checked, 3, "2 of its versions are gone, changed or without effect");
    assertThat(checked.out())
        .contains("fraud/1 from " + JANUARY + ": DIGEST_MISMATCH ")
        .contains("fraud/2 from " + FEBRUARY + ": NOT_FOUND ");
  }
}
