package io.millrace.jobs.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.runtime.externalresource.ExternalResourceUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flink's GPU plugin as the distribution carries it, configured by config-gpu.yaml. */
class GpuDiscoveryITCase {
  private static final Path DISTRIBUTION = Path.of(System.getProperty("millrace.distribution"));

  @TempDir private Path directory;

  @Test
  void taskManager_whereNvidiaSmiShowsTwoGpus_hasTheOneThatIsConfigured() throws Exception {
    assertThat(discovered("printf '0\\n1\\n'")).contains("[GPU Device(0)]");
  }

  @Test
  void taskManager_withoutAGpu_goesOn() throws Exception {
    assertThat(discovered("exit 9")).contains("[]");
  }

  /** What the code that a TaskManager runs at its start finds. */
  private String discovered(String nvidiaSmi) throws Exception {
    Path conf = DISTRIBUTION.resolve("conf/flink");
    Files.writeString(
        directory.resolve("config.yaml"),
        Files.readString(conf.resolve("config.yaml"))
            + Files.readString(conf.resolve("config-gpu.yaml")));
    Path program = directory.resolve("nvidia-smi");
    Files.writeString(program, "#!/bin/sh\n" + nvidiaSmi + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            DISTRIBUTION.resolve("lib") + "/*:" + System.getProperty("java.class.path"),
            TaskManagerStart.class.getName(),
            directory.toString());
    builder.environment().put("FLINK_HOME", DISTRIBUTION.toString());
    builder.environment().put("FLINK_PLUGINS_DIR", DISTRIBUTION.resolve("plugins").toString());
    builder.environment().merge("PATH", directory.toString(), (path, first) -> first + ":" + path);
    Process process = builder.redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }

  /** In a process of its own, for its environment. */
  static final class TaskManagerStart {
    public static void main(String[] args) {
      Configuration configuration = GlobalConfiguration.loadConfiguration(args[0]);
      System.out.println(
          ExternalResourceUtils.createStaticExternalResourceInfoProviderFromConfig(
                  configuration, PluginUtils.createPluginManagerFromRootFolder(configuration))
              .getExternalResourceInfos("gpu"));
    }
  }
}
