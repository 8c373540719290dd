package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
