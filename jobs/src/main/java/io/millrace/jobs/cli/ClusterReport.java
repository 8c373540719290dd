package io.millrace.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.jobs.cluster.ClusterStatus;
import io.millrace.jobs.cluster.ClusterStatus.JobLine;
import io.millrace.jobs.cluster.ClusterStatus.Overview;
import io.millrace.jobs.cluster.ClusterStatus.ProcessStatus;
import java.util.Locale;

/** What {@code cluster status} prints, as text and as JSON. */
final class ClusterReport {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ClusterReport() {}

  static String toText(ClusterStatus status) {
    StringBuilder text = new StringBuilder();
    for (ProcessStatus process : status.processes()) {
      line(
          text,
          process.name(),
          process.alive() ? "process " + process.pid() : "died; " + process.log());
    }
    Overview overview = status.overview();
    if (overview == null) {
      line(text, "web UI", "no JobManager of this cluster answers at " + status.address());
      return text.toString();
    }
    line(text, "web UI", status.address() + " (Flink " + overview.version() + ")");
    line(
        text,
        "slots",
        "%d of %d free, on %d TaskManagers"
            .formatted(overview.freeSlots(), overview.slots(), overview.taskManagers()));
    for (JobLine job : overview.jobs()) {
      line(text, "job", job.id() + " " + job.state() + " " + job.name());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String label, String value) {
    text.append(String.format(Locale.ROOT, "%-14s %s%n", label, value));
  }

  /** The stable form for scripts: overview is null where its JobManager does not answer. */
  static String toJson(ClusterStatus status) throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT).put("web-ui", status.address().toString());
    root.put("directory", status.folder().toString());
    ArrayNode processes = root.putArray("processes");
    for (ProcessStatus process : status.processes()) {
      processes
          .addObject()
          .put("name", process.name())
          .put("pid", process.pid())
          .put("alive", process.alive())
          .put("log", process.log().toString());
    }
    Overview overview = status.overview();
    if (overview == null) {
      root.putNull("overview");
    } else {
      ObjectNode node = root.putObject("overview");
      node.put("flink-version", overview.version()).put("taskmanagers", overview.taskManagers());
      node.put("slots", overview.slots()).put("free-slots", overview.freeSlots());
      ArrayNode jobs = node.putArray("jobs");
      for (JobLine job : overview.jobs()) {
        jobs.addObject().put("id", job.id()).put("name", job.name()).put("state", job.state());
      }
    }
    return JSON.writeValueAsString(root) + "\n";
  }
}
