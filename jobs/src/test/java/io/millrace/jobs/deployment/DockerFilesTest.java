package io.millrace.jobs.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.millrace.jobs.cli.CommandLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files in docker/: there is no Docker where this runs, but what they refer to is here. */
class DockerFilesTest {
  private static final Path DOCKER = Path.of("..", "docker");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final Configuration flink =
      GlobalConfiguration.loadConfiguration(Path.of("..", "flink-conf").toString());

  @Test
  void compose_hasNoProblems() throws IOException {
    assertThat(ComposeProblems.of(Files.readString(Compose.FILE))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          image: apache/kafka:4.1.1            | image: apache/kafka            | kafka: image
          prom/prometheus:v3.2.1               | prom/prometheus:latest         | prometheus: image
          dockerfile: docker/Dockerfile        | dockerfile: docker/Dockerfil   | no file docker/Dockerfil
          dockerfile: docker/Dockerfile        | target: x                      | built by []
          ${MILLRACE_RATE:-1000}               | ${MILLRACE_RATE}               | ${MILLRACE_RATE} has no default
          - prometheus                         | - promitheus                   | 'promitheus', which is no service
          ["CMD", "mc", "ready", "local"]      | []                             | 's3' has no health check
          - demo                               | - deemo                        | prepare: Unmatched argument
          --models=hdfs                        | --model=hdfs                   | prepare: Missing required
          --rate=${MILLRACE_RATE:-1000}        | --rate=many                    | feed: Invalid value
          command: ["jobmanager"]              | command: ["jobmaster"]         | 'jobmaster' is no command
          -c io.millrace.jobs.ScoreTopicJob    | -c io.millrace.jobs.ScoreJob   | no class io.millrace.jobs.ScoreJob
          - configuration:/var                 | - config:/var                  | volume 'config' does not exist
          ./grafana/dashboards                 | ./grafana/boards               | './grafana/boards' does not exist
          127.0.0.1:8081:8081                  | 8081:8081                      | port 8081:8081 is open
          taskmanager.memory.task.off-heap     | taskmanager.memory.off-heap    | Flink has no key
          --bootstrap-servers=kafka:9092       | --bootstrap-servers=kafka:9093 | does not advertise kafka:9093
          --models=hdfs://namenode:8020        | --models=hdfs://namenode:9000  | is not below hdfs://namenode:8020
          s3.secret-key: millrace-demo         | s3.secret-key: millrace        | other keys
          s3://flink/savepoints                | s3://savepoints/flink          | nobody creates 'savepoints'
          """)
  void compose_mutation_isFound(String from, String to, String problem) throws IOException {
    String text = Files.readString(Compose.FILE);
    assertThat(text).contains(from);

    assertThat(ComposeProblems.of(text.replace(from, to)))
        .anySatisfy(found -> assertThat(found).contains(problem));
  }

  @Test
  void compose_roleWithOtherSettingsThanTheOther_isFound() throws IOException {
    String text = Files.readString(Compose.FILE);
    int taskManager = text.indexOf("command: [\"taskmanager\"]");
    String mutated =
        text.substring(0, taskManager)
            + text.substring(taskManager)
                .replaceFirst("<<: \\*flink", "FLINK_PROPERTIES: 'rest.address: x'");

    assertThat(ComposeProblems.of(mutated)).anyMatch(found -> found.contains("jobmanager: other"));
  }

  @Test
  void compose_oneShotThatIsStartedAgain_isFound() throws IOException {
    String text = Files.readString(Compose.FILE);
    String mutated = text.replace("\n  prepare:\n", "\n  prepare:\n    restart: always\n");

    assertThat(ComposeProblems.of(mutated))
        .anyMatch(found -> found.contains("'prepare' is started"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
  void dockerfile_hasNoProblems(String name) throws IOException {
    assertThat(DockerfileProblems.of(dockerfile(name), ignore())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          eclipse-temurin:17-jre-jammy         | eclipse-temurin          | has no tag
          docker/entrypoint.sh                 | docker/entrypoint        | COPY docker/entrypoint: does not exist
          docker/entrypoint.sh                 | docker/compose.yaml      | .dockerignore keeps it out
          USER millrace                        | USER root                | runs as root
          USER millrace                        | ''                       | runs as root
          ENTRYPOINT ["/docker-entrypoint.sh"] | ENTRYPOINT /entrypoint   | ENTRYPOINT
          CMD ["help"]                         | CMD help                 | CMD
          MILLRACE_HOME=/opt/millrace          | MILLRACE_HOME=/opt       | no MILLRACE_HOME
          PATH=/opt/millrace/bin               | PATH=/opt/bin            | not on the PATH
          """)
  void dockerfile_mutation_isFound(String from, String to, String problem) throws IOException {
    String text = dockerfile("Dockerfile");
    assertThat(text).contains(from);

    assertThat(DockerfileProblems.of(text.replace(from, to), ignore()))
        .anySatisfy(found -> assertThat(found).contains(problem));
  }

  /**
   * bin/millrace and Flink's processes unpack TensorFlow once, into a folder of the image's user.
   */
  @ParameterizedTest
  @ValueSource(strings = {"Dockerfile", "Dockerfile.gpu"})
  void dockerfile_makesTheFoldersThatAreWrittenTo(String name) throws IOException {
    String text = dockerfile(name);

    assertThat(text).contains("XDG_CACHE_HOME=/var/cache ");
    assertThat(flink.get(CoreOptions.FLINK_JVM_OPTIONS))
        .contains("cachedir=/var/cache/millrace/javacpp ");
    assertThat(text).containsPattern("install -d -o millrace .* /var/cache/millrace ");
    for (Compose.Service service : Compose.read().services().values()) {
      for (String volume : service.isOurs() ? service.volumes() : List.<String>of()) {
        assertThat(text)
            .containsPattern("install -d -o millrace .* " + volume.split(":")[1] + "[ \n]");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cluster/cluster.json, true",
    "cluster/log/jobmanager.log, true",
    "log/taskmanager.log, true",
    "fraud.yaml, true",
    "conf/flink/config.yaml, false",
    "lib/log4j-core-2.24.3.jar, false",
    "bin/millrace, false",
    "demo/kafka/kafka_2.13.jar, false"
  })
  void dockerignore_keepsOutWhatCommandsLeaveInTheDistribution(String path, boolean out)
      throws IOException {
    assertThat(new DockerIgnore(ignore()).keepsOut("jobs/target/millrace/" + path)).isEqualTo(out);
  }

  @ParameterizedTest
  @CsvSource({
    "linux-x86_64-gpu, '', true",
    "linux-x86_64, '', false",
    "linux-x86_64-gpu, linux-x86_64, false",
    "'', '', false"
  })
  void dockerfileGpu_buildsWithTensorFlowsCudaBuildAlone(
      String one, String other, boolean accepted, @TempDir Path lib) throws Exception {
    String classes = "tensorflow-core-native-1.1.0";
    Files.createFile(lib.resolve(classes + ".jar"));
    for (String classifier : List.of(one, other)) {
      if (!classifier.isEmpty()) {
        Files.createFile(lib.resolve(classes + "-" + classifier + ".jar"));
      }
    }
    String check =
        dockerfile("Dockerfile.gpu")
            .replaceAll("(?s).*\nRUN (set --.*? esac)\n.*", "$1")
            .replace("/opt/millrace/lib", lib.toString());

    Process shell = new ProcessBuilder("sh", "-ec", check).redirectErrorStream(true).start();
    String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(shell.waitFor() == 0).as(said).isEqualTo(accepted);
    assertThat(said).matches(accepted ? "" : "(?s).*expected TensorFlow's CUDA build alone.*");
  }

  @Test
  void prometheus_readsTheReportersOfTheRoles() throws IOException {
    JsonNode jobs =
        YAML.readTree(DOCKER.resolve("prometheus/prometheus.yml").toFile()).path("scrape_configs");
    JsonNode taskManagers = jobs.get(0).path("dns_sd_configs").get(0);
    String[] jobManager = jobs.get(1).at("/static_configs/0/targets/0").asText().split(":");

    String firstPort = flink.getString("metrics.reporter.prometheus.port", "").split("-")[0];
    assertThat(taskManagers.path("port").asText()).isEqualTo(firstPort);
    assertThat(jobManager[1]).isEqualTo(firstPort);
    assertThat(Compose.read().services())
        .containsKeys(taskManagers.path("names").get(0).asText(), jobManager[0]);
  }

  @Test
  void grafana_findsItsDashboardAndTheDashboardItsSource() throws IOException {
    Path provisioning = DOCKER.resolve("grafana/provisioning");
    JsonNode source =
        YAML.readTree(provisioning.resolve("datasources/prometheus.yaml").toFile())
            .at("/datasources/0");
    JsonNode provider =
        YAML.readTree(provisioning.resolve("dashboards/millrace.yaml").toFile()).at("/providers/0");
    Compose.Service grafana = Compose.read().service("grafana");

    Dashboard dashboard = Dashboard.read();
    assertThat(dashboard.sources()).containsOnly(source.path("uid").asText());
    assertThat(source.path("url").asText()).isEqualTo("http://prometheus:9090");
    String folder = provider.at("/options/path").asText();
    assertThat(grafana.volumes()).contains("./grafana/dashboards:" + folder + ":ro");
    assertThat(grafana.environment().get("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"))
        .isEqualTo(folder + "/millrace.json");
  }

  @Test
  void guide_publishCommand_parses() throws IOException {
    List<String> command = DockerGuide.publish();

    CommandLines.parse(command.subList(1, command.size()));
  }

  private static String dockerfile(String name) throws IOException {
    return Files.readString(DOCKER.resolve(name));
  }

  private static String ignore() throws IOException {
    return Files.readString(Path.of("..", ".dockerignore"));
  }
}
