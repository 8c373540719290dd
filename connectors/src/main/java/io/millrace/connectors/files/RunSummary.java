package io.millrace.connectors.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run amounted to, the same for a rerun.
 *
 * @param versions predictions by the version that gave them
 * @param deadLetters records that could not be scored
 * @param files of the output
 */
public record RunSummary(Map<Long, Long> versions, long deadLetters, int files) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORMAT = 1;

  public RunSummary {
    versions = new TreeMap<>(versions);
  }

  static RunSummary of(List<WrittenFile> written) {
    Map<Long, Long> versions = new TreeMap<>();
    long deadLetters = 0;
    for (WrittenFile file : written) {
      file.scored().forEach((version, count) -> versions.merge(version, count, Long::sum));
      deadLetters += file.deadLetters();
    }
    return new RunSummary(versions, deadLetters, written.size());
  }

  /** Predictions of all versions. */
  public long scored() {
    return versions.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Records that were read: each is a prediction or a dead letter. */
  public long read() {
    return scored() + deadLetters;
  }

  byte[] toJson() throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("format", FORMAT);
    json.put("in", read()).put("out", scored()).put("dead", deadLetters).put("files", files);
    ObjectNode byVersion = json.putObject("versions");
    versions.forEach((version, count) -> byVersion.put(version.toString(), count));
    return JSON.writeValueAsBytes(json);
  }

  static RunSummary parse(byte[] json) throws IOException {
    JsonNode root = JSON.readTree(json);
    if (root.path("format").asInt() != FORMAT) {
      throw new IOException("summary of format " + root.path("format") + ": expected " + FORMAT);
    }
    Map<Long, Long> versions = new TreeMap<>();
    root.path("versions")
        .properties()
        .forEach(entry -> versions.put(Long.parseLong(entry.getKey()), entry.getValue().asLong()));
    return new RunSummary(versions, root.path("dead").asLong(), root.path("files").asInt());
  }
}
