package io.millrace.jobs.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Grafana's dashboard of a Millrace job.
 *
 * @param metrics that its queries name
 * @param sources the uids of the data sources that it asks
 */
record Dashboard(Set<String> metrics, Set<String> sources) {
  private static final Path FILE = Path.of("..", "docker/grafana/dashboards/millrace.json");
  private static final Pattern METRIC = Pattern.compile("flink_[A-Za-z0-9_]+");

  static Dashboard read() throws IOException {
    Set<String> metrics = new TreeSet<>();
    Set<String> sources = new TreeSet<>();
    for (JsonNode panel : new ObjectMapper().readTree(FILE.toFile()).path("panels")) {
      sources.add(panel.at("/datasource/uid").asText());
      for (JsonNode target : panel.path("targets")) {
        METRIC
            .matcher(target.path("expr").asText())
            .results()
            .forEach(match -> metrics.add(match.group()));
      }
    }
    return new Dashboard(metrics, sources);
  }
}
