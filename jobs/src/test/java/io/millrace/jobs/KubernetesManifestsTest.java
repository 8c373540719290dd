package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.kubernetes.utils.Constants;
import org.apache.flink.runtime.jobmanager.HighAvailabilityMode;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docker/kubernetes/ against the schema of the Flink Kubernetes Operator, and against this project.
 */
class KubernetesManifestsTest {
  private static final String FILE = "fraud-scoring.yaml";
  private static final Path FLINK_CONF = Path.of("..", "flink-conf");

  /** Set by the operator: addresses from the pods, memory from {@code resource}. */
  private static final Set<String> FROM_THE_OPERATOR =
      Set.of(
          "jobmanager.rpc.address",
          "jobmanager.rpc.port",
          "rest.address",
          "jobmanager.memory.process.size",
          "taskmanager.memory.process.size");

  @TempDir private Path folder;

  @Test
  void deployment_fitsThePublishedSchema() throws IOException {
    assertThat(KubernetesManifests.problems(deployment())).isEmpty();
  }

  @Test
  void deployment_withTheGpuPatch_fitsThePublishedSchema() throws IOException {
    JsonNode patched = withGpu();

    assertThat(KubernetesManifests.problems(patched)).isEmpty();
    assertThat(patched.at("/spec/job")).isEqualTo(deployment().at("/spec/job"));
  }

  @Test
  void schemaCheck_findsAFieldThatDoesNotExistAndAValueOfAnotherType() throws IOException {
    for (String mistake :
        List.of(
            "spec: {flinkVerzion: v2_2}",
            "spec: {job: {upgradeMode: last-stade}}",
            "spec: {job: {parallelism: four}}",
            "spec: {mode: standalown}",
            "spec: {flinkConfiguration: {taskmanager.numberOfTaskSlots: 2}}",
            "spec: {podTemplate: {spec: {containers: [{nam: flink-main-container}]}}}")) {
      JsonNode wrong = KubernetesManifests.merge(deployment(), KubernetesManifests.yaml(mistake));

      assertThat(KubernetesManifests.problems(wrong)).as(mistake).isNotEmpty();
    }
  }

  /**
   * The newest schema that the registry serves, operator 1.10's, ends at Flink 1.20, so the value
   * is not checked against it: the manifest asks for operator 1.15. A schema that knows Flink 2
   * must know it.
   */
  @Test
  void flinkVersion_isNotAheadOfTheImages() throws IOException {
    String version = deployment().at("/spec/flinkVersion").asText();

    assertThat(version).matches("v[0-9]+_[0-9]+");
    String[] images = EnvironmentInformation.getVersion().split("\\.");
    String[] declared = version.substring(1).split("_");
    assertThat(declared[0]).isEqualTo(images[0]);
    assertThat(Integer.parseInt(declared[1])).isLessThanOrEqualTo(Integer.parseInt(images[1]));
    List<String> known = KubernetesManifests.flinkVersions();
    assertThat(known).contains("v1_20");
    if (known.stream().anyMatch(name -> name.startsWith("v2_"))) {
      assertThat(known).contains(version);
    }
  }

  @Test
  void flinkConfiguration_keysAreThoseOfFlink() throws IOException {
    assertThat(flinkConfiguration(deployment()).keySet())
        .allSatisfy(key -> assertThat(FlinkKeys.contains(key)).as(key).isTrue());
  }

  @Test
  void flinkConfiguration_repeatsConfigYaml() throws IOException {
    Configuration image = GlobalConfiguration.loadConfiguration(FLINK_CONF.toString());
    Configuration manifest = Configuration.fromMap(flinkConfiguration(deployment()));

    assertThat(CoreOptions.getParentFirstLoaderPatterns(manifest))
        .isEqualTo(CoreOptions.getParentFirstLoaderPatterns(image));
    assertThat(withoutPatterns(manifest)).containsAllEntriesOf(withoutPatterns(image));
    assertThat(HighAvailabilityMode.fromConfig(manifest))
        .isEqualTo(HighAvailabilityMode.KUBERNETES);
  }

  @Test
  void gpuPatch_repeatsConfigGpuYaml() throws IOException {
    Files.copy(FLINK_CONF.resolve("config-gpu.yaml"), folder.resolve("config.yaml"));
    Map<String, String> addition = GlobalConfiguration.loadConfiguration(folder.toString()).toMap();

    assertThat(flinkConfiguration(KubernetesManifests.read("gpu-patch.yaml").get(0)))
        .isEqualTo(addition);
    assertThat(
            withGpu()
                .at("/spec/taskManager/podTemplate/spec/containers/0/resources/limits")
                .path("nvidia.com/gpu")
                .asText())
        .isEqualTo(addition.get("external-resource.gpu.amount"));
  }

  @Test
  void job_isWhatTheImageHolds() throws Exception {
    JsonNode job = deployment().at("/spec/job");

    assertThat(Class.forName(job.path("entryClass").asText())).hasMethods("main");
    assertThat(job.path("jarURI").asText()).isEqualTo("local:///opt/millrace/job/millrace-job.jar");
    assertThat(deployment().at("/spec/mode").asText()).isEqualTo("standalone");
  }

  @Test
  void configMap_isMountedWhereTheJobReadsItAndParses() throws Exception {
    JsonNode configMap = KubernetesManifests.read(FILE, "ConfigMap");
    JsonNode pod = deployment().at("/spec/podTemplate/spec");
    JsonNode container = pod.at("/containers/0");
    JsonNode mount = container.at("/volumeMounts/0");
    JsonNode volume = pod.at("/volumes/0");
    JsonNode arguments = deployment().at("/spec/job/args");

    assertThat(container.path("name").asText()).isEqualTo(Constants.MAIN_CONTAINER_NAME);
    assertThat(mount.path("name")).isEqualTo(volume.path("name"));
    assertThat(volume.at("/configMap/name")).isEqualTo(configMap.at("/metadata/name"));
    assertThat(arguments.path(0).asText()).isEqualTo("--config");
    String prefix = mount.path("mountPath").asText() + "/";
    assertThat(arguments.path(1).asText()).startsWith(prefix);
    String file = arguments.path(1).asText().substring(prefix.length());
    YamlConfiguration.parse(configMap.at("/data").path(file).asText(), file, Map.of());
  }

  private static JsonNode deployment() throws IOException {
    return KubernetesManifests.read(FILE, "FlinkDeployment");
  }

  private static JsonNode withGpu() throws IOException {
    return KubernetesManifests.merge(
        deployment(), KubernetesManifests.read("gpu-patch.yaml").get(0));
  }

  private static Map<String, String> flinkConfiguration(JsonNode deployment) {
    Map<String, String> configuration = new LinkedHashMap<>();
    deployment
        .at("/spec/flinkConfiguration")
        .properties()
        .forEach(field -> configuration.put(field.getKey(), field.getValue().asText()));
    return configuration;
  }

  /** A list in one form, 'a;b' in the other. */
  private static Map<String, String> withoutPatterns(Configuration configuration) {
    Map<String, String> entries = new LinkedHashMap<>(configuration.toMap());
    entries.keySet().removeAll(FROM_THE_OPERATOR);
    entries.remove(CoreOptions.ALWAYS_PARENT_FIRST_LOADER_PATTERNS_ADDITIONAL.key());
    return entries;
  }
}
