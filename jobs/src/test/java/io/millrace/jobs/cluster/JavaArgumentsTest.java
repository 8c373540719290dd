package io.millrace.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JavaArgumentsTest {
  private static final FlinkHome HOME =
      new FlinkHome(Path.of("/opt/millrace"), Path.of("..", "flink-conf"));
  private static final String JOB_JAR = "file:///opt/millrace/job/millrace-job.jar";

  private static List<String> standaloneJob(String... arguments) throws ClusterException {
    return new JavaArguments(HOME, Map.of())
        .of(FlinkRole.STANDALONE_JOB, Path.of("log"), List.of(arguments));
  }

  @Test
  void of_standaloneJob_runsTheDistributionsJar() throws Exception {
    assertThat(standaloneJob("-j", "A", "--", "--config", "c"))
        .endsWith("--jars", JOB_JAR, "-j", "A", "--", "--config", "c");
  }

  @Test
  void of_standaloneJobWithOtherJars_leavesTheDistributionsOut() throws Exception {
    for (List<String> jars :
        List.of(List.of("--jars", "a.jar"), List.of("-jars", "a.jar"), List.of("--jars=a.jar"))) {
      assertThat(standaloneJob(jars.toArray(String[]::new)))
          .doesNotContain(JOB_JAR)
          .endsWith(jars.toArray(String[]::new));
    }
  }

  @Test
  void of_jobWithAnArgumentNamedJars_runsTheDistributionsJarAllTheSame() throws Exception {
    assertThat(standaloneJob("-j", "A", "--", "--jars", "own"))
        .containsSequence("--jars", JOB_JAR)
        .endsWith("--", "--jars", "own");
  }
}
