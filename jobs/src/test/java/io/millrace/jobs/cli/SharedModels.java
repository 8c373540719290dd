package io.millrace.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The models that lie beside the checkout, with what they are known to answer. */
final class SharedModels {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One request and its answer. */
  record Case(String name, Path model, double tolerance, JsonNode json) {}

  private SharedModels() {}

  static Path root() {
    return Path.of(System.getProperty("millrace.models"));
  }

  static boolean areHere() {
    return Files.isDirectory(root().resolve("savedmodel"));
  }

  /** Every case of every SavedModel that has an {@code expected.json}. */
  static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    for (Path folder : folders()) {
      Path file = folder.resolve("expected.json");
      if (!Files.exists(file)) {
        continue;
      }
      JsonNode expected = JSON.readTree(file.toFile());
      for (JsonNode version : expected.get("models")) {
        int number = 0;
        for (JsonNode json : expected.get("cases")) {
          String name =
              folder.getFileName() + " " + json.get("signature").textValue() + " #" + number++;
          cases.add(
              new Case(
                  name,
                  folder.resolve(version.textValue()).normalize(),
                  expected.get("tolerance").doubleValue(),
                  json));
        }
      }
    }
    return cases;
  }

  /** The folder of every SavedModel. */
  static List<Path> folders() throws IOException {
    try (Stream<Path> entries = Files.list(root().resolve("savedmodel"))) {
      return entries.filter(Files::isDirectory).sorted().toList();
    }
  }
}
