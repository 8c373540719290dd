package io.millrace.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.testing.processes.FlinkCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.rest.FileUpload;
import org.apache.flink.runtime.rest.RestClient;
import org.apache.flink.runtime.rest.messages.EmptyMessageParameters;
import org.apache.flink.runtime.rest.messages.EmptyRequestBody;
import org.apache.flink.runtime.rest.util.RestConstants;
import org.apache.flink.runtime.webmonitor.handlers.JarUploadHeaders;

/**
 * A job jar that lies with the JobManager, which runs its main method for each submission: many
 * jobs without a JVM of {@code flink run} for each.
 */
final class UploadedJar {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final FlinkCluster flink;
  private final String id;

  private UploadedJar(FlinkCluster flink, String id) {
    this.flink = flink;
    this.id = id;
  }

  /** Uploads it. */
  static UploadedJar of(FlinkCluster flink, Path jar) throws Exception {
    try (RestClient client = new RestClient(new Configuration(), Runnable::run)) {
      String file =
          client
              .sendRequest(
                  flink.address().getHost(),
                  flink.address().getPort(),
                  JarUploadHeaders.getInstance(),
                  EmptyMessageParameters.getInstance(),
                  EmptyRequestBody.getInstance(),
                  List.of(new FileUpload(jar, RestConstants.CONTENT_TYPE_JAR)))
              .get()
              .getFilename();
      return new UploadedJar(flink, String.valueOf(Path.of(file).getFileName()));
    }
  }

  /**
   * Submits a job.
   *
   * @return its id
   */
  String submit(int parallelism, List<String> arguments) throws Exception {
    String request =
        JSON.writeValueAsString(Map.of("parallelism", parallelism, "programArgsList", arguments));
    return JSON.readTree(flink.post("jars/" + id + "/run", request)).path("jobid").asText();
  }
}
