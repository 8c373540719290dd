package io.millrace.jobs.whatif;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.jobs.compare.OutputJson;
import java.io.IOException;

/** A record of an output. */
final class RecordJson {
  private final String place;
  private final JsonNode json;

  private RecordJson(String place, JsonNode json) {
    this.place = place;
    this.json = json;
  }

  /**
   * @throws IOException if the line is no record of an output; the message says where
   */
  static RecordJson of(String file, long number, byte[] line) throws IOException {
    String place = file + ":" + number;
    return new RecordJson(place, OutputJson.read(place, line));
  }

  String place() {
    return place;
  }

  JsonNode key() {
    return json.path("key");
  }

  JsonNode fields() {
    return json.path("fields");
  }

  double value(OutputValue value) throws IOException {
    try {
      return value.of(json.path("predictions"));
    } catch (IllegalArgumentException e) {
      throw new IOException(place + ": " + e.getMessage(), e);
    }
  }

  Scorer scorer() throws IOException {
    JsonNode model = json.path("model");
    if (!model.isObject()) {
      throw new IOException(
          place
              + ": expected a scored record, with \"model\": {\"name\", \"version\", \"digest\"}");
    }
    return new Scorer(
        model.path("name").asText(), model.path("version").asText(), model.path("digest").asText());
  }

  /** What it is joined by, as text. */
  String identity(Question question) throws IOException {
    if (question.join().isEmpty()) {
      if ((key().isNull() || key().isMissingNode()) && fields().isEmpty()) {
        throw new IOException(
            place
                + ": the record has neither key nor fields, so nothing says which one it is:"
                + " expected output.fields of the job to carry some");
      }
      return key() + "\n" + fields();
    }
    StringBuilder identity = new StringBuilder();
    for (String name : question.join()) {
      identity.append(part(name)).append('\n');
    }
    return identity.toString();
  }

  private JsonNode part(String name) throws IOException {
    JsonNode part =
        switch (name) {
          case Question.KEY -> key();
          default -> fields().path(name);
        };
    if (part.isMissingNode() || part.isNull()) {
      throw new IOException(
          "%s: the record has no %s to be joined by; its fields are %s"
              .formatted(
                  place, name, fields().properties().stream().map(it -> it.getKey()).toList()));
    }
    return part;
  }
}
