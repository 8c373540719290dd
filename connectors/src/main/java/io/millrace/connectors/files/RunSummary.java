package io.millrace.connectors.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run amounted to, the same for a rerun.
 *
 * @param versions predictions by the version that gave them
 * @param deadLetters records that could not be scored
 * @param files of the output
 * @param digest {@code sha256:...} of the lines {@code <CRC-32C in hex> <bytes> <name>\n} of its
 *     files, sorted by name; empty in an output of before there was one
 */
public record RunSummary(
    SortedMap<Long, Long> versions, long deadLetters, int files, String digest) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FORMAT = 1;

  public RunSummary {
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  /** Of files that are sorted by name. */
  static RunSummary of(List<WrittenFile> written) {
    SortedMap<Long, Long> versions = new TreeMap<>();
    long deadLetters = 0;
    for (WrittenFile file : written) {
      file.scored().forEach((version, count) -> versions.merge(version, count, Long::sum));
      deadLetters += file.deadLetters();
    }
    return new RunSummary(versions, deadLetters, written.size(), digest(written));
  }

  private static String digest(List<WrittenFile> written) {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    for (WrittenFile file : written) {
      String line = "%08x %d %s\n".formatted(file.checksum(), file.bytes(), file.name());
      sha256.update(line.getBytes(UTF_8));
    }
    return "sha256:" + HexFormat.of().formatHex(sha256.digest());
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
    json.put("digest", digest);
    ObjectNode byVersion = json.putObject("versions");
    versions.forEach((version, count) -> byVersion.put(version.toString(), count));
    return JSON.writeValueAsBytes(json);
  }

  static RunSummary parse(byte[] json) throws IOException {
    JsonNode root = JSON.readTree(json);
    if (root.path("format").asInt() != FORMAT) {
      throw new IOException("summary of format " + root.path("format") + ": expected " + FORMAT);
    }
    SortedMap<Long, Long> versions = new TreeMap<>();
    root.path("versions")
        .properties()
        .forEach(entry -> versions.put(Long.parseLong(entry.getKey()), entry.getValue().asLong()));
    return new RunSummary(
        versions,
        root.path("dead").asLong(),
        root.path("files").asInt(),
        root.path("digest").asText());
  }

  /** As {@link #parse}, of what may be no summary. */
  static Optional<RunSummary> parsed(byte[] json) {
    try {
      return Optional.of(parse(json));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
