package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPublishCommandTest {
  @Test
  void publish_waitForWhatIsValidFromATimeOn_isRefused() {
    CommandLineRun run =
        CommandLineRun.of(
            "model",
            "publish",
            "/models/m/8",
            "--model",
            "m",
            "--bootstrap-servers",
            "localhost:1",
            "--topic",
            "models",
            "--status-topic",
            "events",
            "--effective-from",
            "2026-01-31T00:00:00Z",
            "--wait");

    assertThat(run.err()).contains("--effective-from and --wait: expected one of them");
    assertThat(run.exitCode()).isEqualTo(2);
  }

  @Test
  void publish_toAJobByEventTimeWithoutATime_isRefused(@TempDir Path folder) throws Exception {
    Path config =
        Files.writeString(
            folder.resolve("job.yaml"),
            """
            kafka: {bootstrap-servers: "localhost:1"}
            control: {topic: models}
            model: {name: m, switch-policy: event-time}
            """);
    CommandLineRun.of("model", "publish", "/models/m/8", "--config", config.toString())
        .assertFailed(2, "model.switch-policy is event-time: expected --effective-from");
  }
}
