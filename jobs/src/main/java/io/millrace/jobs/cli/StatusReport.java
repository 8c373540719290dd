package io.millrace.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code model status} prints, as text and as JSON: the last word of each subtask. */
final class StatusReport {
  private static final int FORMAT = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final boolean byTime;

  /** By model, then by job. */
  private final Map<String, Map<String, Subtasks>> models = new TreeMap<>();

  /** Of one job, for one model. */
  private static final class Subtasks {
    final int parallelism;

    /** By version, then by subtask. */
    final Map<Long, Map<Integer, ModelEvent>> versions = new TreeMap<>();

    /** By subtask. */
    final Map<Integer, Set<Long>> scoring = new HashMap<>();

    private final boolean byTime;

    Subtasks(int parallelism, boolean byTime) {
      this.parallelism = parallelism;
      this.byTime = byTime;
    }

    void add(ModelEvent event) {
      if (event.state() == VersionState.START && scores(event)) {
        return; // Announced again; it goes on.
      }
      versions.computeIfAbsent(event.version(), key -> new TreeMap<>()).put(event.subtask(), event);
      Set<Long> active = scoring.computeIfAbsent(event.subtask(), key -> new HashSet<>());
      if (!event.active()) {
        active.remove(event.version());
        return;
      }
      // That the former one stopped may be unsaid, if the job failed at the time.
      if (!byTime) {
        active.clear();
      }
      active.add(event.version());
    }

    boolean scores(ModelEvent event) {
      return scoring.getOrDefault(event.subtask(), Set.of()).contains(event.version());
    }
  }

  /**
   * @param byTime whether a record's time chooses its version, so that a subtask has several that
   *     score
   */
  StatusReport(boolean byTime) {
    this.byTime = byTime;
  }

  /** Takes the next event of the topic. */
  void add(ModelEvent event) {
    // A record that is no command says nothing of a subtask's versions.
    if (event.reason() == ModelReason.MALFORMED_COMMAND) {
      return;
    }
    Map<String, Subtasks> jobs = models.computeIfAbsent(event.model(), key -> new TreeMap<>());
    Subtasks known = jobs.get(event.job());
    // A job that comes back with another parallelism says anew what it has.
    if (known == null || known.parallelism != event.parallelism()) {
      known = new Subtasks(event.parallelism(), byTime);
      jobs.put(event.job(), known);
    }
    known.add(event);
  }

  /** A line for each version on each subtask, but for what came and went. */
  String toText() {
    StringBuilder text = new StringBuilder();
    models.forEach(
        (model, jobs) ->
            jobs.forEach(
                (job, subtasks) ->
                    subtasks.versions.forEach(
                        (version, events) ->
                            events.values().stream()
                                .filter(StatusReport::isOfInterest)
                                .forEach(event -> text.append(line(subtasks, event))))));
    return text.isEmpty() ? "no versions are reported%n".formatted() : text.toString();
  }

  private static boolean isOfInterest(ModelEvent event) {
    return event.state() != VersionState.END || event.reason() != null;
  }

  private String line(Subtasks subtasks, ModelEvent event) {
    String scores = byTime ? ", scores what is of its time" : ", scores";
    String state = event.state() + (subtasks.scores(event) ? scores : "");
    String why = event.reason() == null ? "" : "  %s %s".formatted(event.reason(), event.message());
    return "%s/%d  job %s  subtask %d of %d  %s  since %s  %s%s%n"
        .formatted(
            event.model(),
            event.version(),
            event.job(),
            event.subtask(),
            subtasks.parallelism,
            state,
            event.time(),
            digest(event.digest()),
            why);
  }

  private static String digest(@Nullable String digest) {
    return digest == null ? "any bytes" : digest;
  }

  /** The stable form for scripts. */
  String toJson() throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode().put("format", FORMAT);
    ArrayNode list = root.putArray("models");
    models.forEach(
        (model, jobs) ->
            jobs.forEach(
                (job, subtasks) -> {
                  ObjectNode node = list.addObject().put("model", model).put("job", job);
                  node.put("parallelism", subtasks.parallelism);
                  put(node.putArray("versions"), subtasks);
                }));
    return JSON.writeValueAsString(root) + "\n";
  }

  private static void put(ArrayNode versions, Subtasks subtasks) {
    subtasks.versions.forEach(
        (version, events) -> {
          List<ModelEvent> shown =
              events.values().stream().filter(StatusReport::isOfInterest).toList();
          if (!shown.isEmpty()) {
            ArrayNode list = versions.addObject().put("version", version).putArray("subtasks");
            shown.forEach(event -> put(list.addObject(), event, subtasks.scores(event)));
          }
        });
  }

  private static void put(ObjectNode node, ModelEvent event, boolean scores) {
    node.put("subtask", event.subtask());
    node.put("digest", event.digest());
    node.put("state", event.state().name());
    node.put("active", scores);
    node.put("time", event.time().toString());
    node.put("reason", event.reason() == null ? null : event.reason().name());
    node.put("message", event.message());
  }
}
