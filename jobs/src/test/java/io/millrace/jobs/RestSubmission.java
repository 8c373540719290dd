package io.millrace.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.testing.processes.FlinkCluster;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Submits jars by Flink's REST interface, as its web UI does: the JobManager runs their main. */
final class RestSubmission {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String BOUNDARY = "----------millrace";

  private RestSubmission() {}

  /**
   * Uploads a jar and runs it.
   *
   * @return the answer, of whatever status
   */
  static HttpResponse<String> run(FlinkCluster cluster, Path jar, String... arguments)
      throws IOException, InterruptedException {
    HttpResponse<String> uploaded = send(cluster, "jars/upload", form(jar), multipart());
    JsonNode answer = JSON.readTree(uploaded.body());
    String file = answer.path("filename").asText();
    ObjectNode body = JSON.createObjectNode();
    List.of(arguments).forEach(body.putArray("programArgsList")::add);
    return send(
        cluster,
        "jars/" + file.substring(file.lastIndexOf('/') + 1) + "/run",
        BodyPublishers.ofString(body.toString()),
        "application/json");
  }

  private static String multipart() {
    return "multipart/form-data; boundary=" + BOUNDARY;
  }

  private static BodyPublisher form(Path jar) throws IOException {
    String head =
        "--"
            + BOUNDARY
            + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\""
            + jar.getFileName()
            + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n";
    return BodyPublishers.concat(
        BodyPublishers.ofString(head, StandardCharsets.UTF_8),
        BodyPublishers.ofFile(jar),
        BodyPublishers.ofString("\r\n--" + BOUNDARY + "--\r\n"));
  }

  private static HttpResponse<String> send(
      FlinkCluster cluster, String path, BodyPublisher body, String type)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(cluster.address().resolve(path))
                .header("Content-Type", type)
                .POST(body)
                .build(),
            BodyHandlers.ofString());
  }
}
