package io.millrace.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import org.junit.jupiter.api.Test;

class StatusReportTest {
  private final Events events = new Events("job", 2);
  private final StatusReport report = new StatusReport(false);

  @Test
  void topicWithoutEvents_saysSo() throws Exception {
    assertThat(report.toText().strip()).isEqualTo("no versions are reported");
    assertThat(new ObjectMapper().readTree(report.toJson()).get("models")).isEmpty();
  }

  @Test
  void eachSubtasksLastWord_isShownButForWhatIsGone() throws Exception {
    report.add(events.active(0, 1));
    report.add(events.active(1, 1));
    report.add(events.state(0, 2, VersionState.LOADING));
    report.add(events.active(0, 2));
    report.add(events.state(0, 1, VersionState.END));
    report.add(events.rejected(1, 2, ModelReason.WARM_UP_FAILED));
    report.add(events.rejected(0, 2, ModelReason.MALFORMED_COMMAND));

    assertThat(report.toText().lines())
        .containsExactly(
            "m/1  job job  subtask 1 of 2  AVAILABLE, scores  since 1970-01-01T00:00:00Z  "
                + Events.DIGEST,
            "m/2  job job  subtask 0 of 2  AVAILABLE, scores  since 1970-01-01T00:00:00Z  "
                + Events.DIGEST,
            "m/2  job job  subtask 1 of 2  END  since 1970-01-01T00:00:00Z  "
                + Events.DIGEST
                + "  WARM_UP_FAILED because");
    JsonNode json = new ObjectMapper().readTree(report.toJson());
    assertThat(json.at("/format").asInt()).isEqualTo(1);
    assertThat(json.at("/models/0/job").asText()).isEqualTo("job");
    assertThat(json.at("/models/0/parallelism").asInt()).isEqualTo(2);
    assertThat(json.at("/models/0/versions/0/version").asLong()).isEqualTo(1);
    assertThat(json.at("/models/0/versions/0/subtasks/0/subtask").asInt()).isEqualTo(1);
    assertThat(json.at("/models/0/versions/1/subtasks/0/active").asBoolean()).isTrue();
    assertThat(json.at("/models/0/versions/1/subtasks/1/reason").asText())
        .isEqualTo("WARM_UP_FAILED");
  }

  @Test
  void versionThatStoppedScoringUnsaid_isNotSaidToScore() {
    report.add(events.active(0, 1));
    report.add(events.active(0, 2));
    assertThat(report.toText()).containsOnlyOnce("scores").contains("m/2");
  }

  @Test
  void versionsByEventTime_allScoreUntilEachIsLetGo() throws Exception {
    StatusReport byTime = new StatusReport(true);
    byTime.add(events.active(0, 1));
    byTime.add(events.active(0, 2));
    assertThat(byTime.toText().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("AVAILABLE, scores what is of its time"));
    JsonNode json = new ObjectMapper().readTree(byTime.toJson());
    assertThat(json.at("/models/0/versions/0/subtasks/0/active").asBoolean()).isTrue();
    assertThat(json.at("/models/0/versions/1/subtasks/0/active").asBoolean()).isTrue();

    byTime.add(events.state(0, 1, VersionState.UNLOADING));
    assertThat(byTime.toText()).containsOnlyOnce("scores").contains("UNLOADING  since");
  }

  @Test
  void versionThatIsAnnouncedAgain_stillScores() {
    report.add(events.active(0, 1));
    report.add(events.state(0, 1, VersionState.START));
    assertThat(report.toText()).contains("AVAILABLE, scores").doesNotContain("START");
  }

  @Test
  void jobThatComesBackWithAnotherParallelism_isShownAnew() {
    report.add(events.active(0, 1));
    report.add(new Events("job", 3).active(2, 1));
    assertThat(report.toText().lines()).singleElement().asString().contains("subtask 2 of 3");
  }
}
