package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CancelledReplayITCase {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void replay_cancelledInTheWebUi_failsAndLeavesNoOutput() throws Exception {
    Path output = folder.resolve("scored");

    try (RunningCommand command =
        RunningCommand.start("replay", "--config", config(output).toString())) {
      command.awaitOut("web UI at ");
      cancelTheJob(URI.create(command.out().replaceFirst("(?s).*web UI at ([^;]+);.*", "$1")));
      CommandLineRun run = command.await();

      assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
      assertThat(run.err()).contains("the job failed: it was cancelled").hasLineCount(1);
      assertThat(run.out()).doesNotContain("100 %", "in=");
      assertThat(output).doesNotExist();
    }
  }

  private Path config(Path output) throws IOException {
    SavedModels.linear(folder.resolve("models/7"), new float[] {3, 1}, 0);
    String lines = "{\"id\":1,\"x\":[1,2]}\n".repeat(1_000_000);
    return Files.writeString(
        folder.resolve("replay.yaml"),
        """
        input: {paths: "%s"}
        output: {path: "%s", fields: [id]}
        model: {name: m, base: "%s"}
        """
            .formatted(
                Files.writeString(folder.resolve("history.jsonl"), lines),
                output,
                folder.resolve("models")));
  }

  private static void cancelTheJob(URI flink) throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest jobs = HttpRequest.newBuilder(flink.resolve("/jobs")).build();
    JsonNode job =
        Await.first(
            "the job runs",
            Duration.ofMinutes(3),
            Duration.ofMillis(20),
            () -> JSON.readTree(http.send(jobs, BodyHandlers.ofString()).body()).at("/jobs/0"),
            found -> found.path("status").asText().equals("RUNNING"));
    URI cancel = flink.resolve("/jobs/" + job.get("id").asText() + "?mode=cancel");
    HttpRequest request =
        HttpRequest.newBuilder(cancel).method("PATCH", BodyPublishers.noBody()).build();
    assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(202);
  }
}
