package io.millrace.jobs.compare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A record of an output that the other output does not have, and where it stands. */
final class OutputRecord {
  private static final int SHOWN_DIFFERENCES = 3;
  private static final int SHOWN_CHARACTERS = 60;

  private final String place;
  private final long digest;
  private final JsonNode json;

  private OutputRecord(String place, long digest, JsonNode json) {
    this.place = place;
    this.digest = digest;
    this.json = json;
  }

  static OutputRecord of(String file, long number, byte[] line, long digest) throws IOException {
    String place = file + ":" + number;
    return new OutputRecord(place, digest, OutputJson.read(place, line));
  }

  /** Its file and line. */
  String place() {
    return place;
  }

  /** What tells its line from others. */
  long digest() {
    return digest;
  }

  String key() {
    return shown(json.path("key"));
  }

  /** Key and fields: what it was made from, as far as the output tells. */
  List<JsonNode> input() {
    return List.of(json.path("key"), json.path("fields"));
  }

  /** Where it is not as the other: path, value here and value there. */
  String differencesTo(OutputRecord other) {
    List<String> found = new ArrayList<>();
    collect("", json, other.json, found);
    if (found.isEmpty()) {
      return "the same values, written otherwise";
    }
    String shown = String.join("; ", found.subList(0, Math.min(SHOWN_DIFFERENCES, found.size())));
    return found.size() > SHOWN_DIFFERENCES
        ? "%s; %d more".formatted(shown, found.size() - SHOWN_DIFFERENCES)
        : shown;
  }

  private static void collect(String path, JsonNode one, JsonNode other, List<String> found) {
    if (one.isObject() && other.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      one.fieldNames().forEachRemaining(names::add);
      other.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        collect(path.isEmpty() ? name : path + "." + name, one.path(name), other.path(name), found);
      }
    } else if (one.isArray() && other.isArray() && one.size() == other.size()) {
      for (int i = 0; i < one.size(); i++) {
        collect("%s[%d]".formatted(path, i), one.path(i), other.path(i), found);
      }
    } else if (!one.equals(other)) {
      found.add("%s %s, replayed %s".formatted(path, shown(one), shown(other)));
    }
  }

  private static String shown(JsonNode node) {
    if (node.isMissingNode()) {
      return "nothing";
    }
    String text = node.toString();
    return text.length() <= SHOWN_CHARACTERS ? text : text.substring(0, SHOWN_CHARACTERS) + "...";
  }
}
