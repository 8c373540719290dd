package io.millrace.jobs.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images' entry point, in front of a distribution and a Java that only write down how they were
 * called.
 */
class EntrypointTest {
  private static final Path ENTRYPOINT =
      Path.of("..", "docker", "entrypoint.sh").toAbsolutePath().normalize();

  @TempDir private Path home;
  private final Map<String, String> environment = new LinkedHashMap<>();

  private record Outcome(int exitCode, String out) {}

  @BeforeEach
  void fakeDistribution() throws IOException {
    script("bin/millrace", "printf '%s\\n' \"$@\" > \"$MILLRACE_HOME/called\"; echo '-from-file'");
    script("bin/flink", "echo flink \"$@\"");
    script("bin/java", "echo \"$@\"; cat \"${1#@}\"; echo \"$FLINK_PLUGINS_DIR $FLINK_HOME\"");
    Files.createDirectory(home.resolve("tmp"));
    environment.put("MILLRACE_HOME", home.toString());
    environment.put("JAVA_HOME", home.toString());
    environment.put("TMPDIR", home.resolve("tmp").toString());
  }

  @Test
  void role_runsJavaOnWhatClusterCommandPrints_andLeavesNoFile() throws Exception {
    Outcome outcome = run("taskmanager");

    assertThat(outcome.exitCode()).isZero();
    assertThat(called()).containsExactly("cluster", "command", "taskmanager");
    assertThat(outcome.out().lines())
        .containsExactly("@/dev/fd/3", "-from-file", home + "/plugins " + home);
    assertThat(temporaryFiles()).isEmpty();
  }

  @Test
  void flinkProperties_becomeOverridesInTheirOrder() throws Exception {
    environment.put(
        "FLINK_PROPERTIES",
        """

        # a comment: not a setting
        jobmanager.rpc.address: jobmanager
          s3.endpoint: http://s3:9000
        s3.secret-key: it's $HOME; `a` "b"  c
        env.java.opts.all: '-Da=1 -Db=2'
        x: "quoted: twice"
        """);
    environment.put("JOB_MANAGER_RPC_ADDRESS", "overridden");
    environment.put("FLINK_LOG_DIR", "/log");

    run("jobmanager", "-Drest.port=8082", "-D", "rest.address=here");

    assertThat(called().subList(3, called().size()))
        .containsExactly(
            "--log",
            "/log/jobmanager.log",
            "-Djobmanager.rpc.address=overridden",
            "-Djobmanager.rpc.address=jobmanager",
            "-Ds3.endpoint=http://s3:9000",
            "-Ds3.secret-key=it's $HOME; `a` \"b\"  c",
            "-Denv.java.opts.all=-Da=1 -Db=2",
            "-Dx=quoted: twice",
            "-Drest.port=8082",
            "-Drest.address=here");
  }

  @Test
  void flinkProperties_commentsAndQuotes_areYamlsAndNotTheValues() throws Exception {
    environment.put(
        "FLINK_PROPERTIES",
        """
        rest.port: 8082 # of the web UI
        s3.endpoint: http://s3:9000/#top
        a: 'it''s # one' # two
        b: "# three"   # 'four'
        c: # nothing
        d: "say \\"#1\\" to C:\\\\new"  # "five"
        e: "" # six
        """);

    run("jobmanager");

    assertThat(called().subList(3, called().size()))
        .containsExactly(
            "-Drest.port=8082",
            "-Ds3.endpoint=http://s3:9000/#top",
            "-Da=it's # one",
            "-Db=# three",
            "-Dc=",
            "-Dd=say \"#1\" to C:\\new",
            "-De=");
  }

  @Test
  void flinkProperties_lineWithoutValue_isRefusedWithoutShowingIt() throws Exception {
    environment.put("FLINK_PROPERTIES", "s3.secret-key=hidden");

    Outcome outcome = run("jobmanager");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).contains("'s3.secret-key'").doesNotContain("hidden");
    assertThat(home.resolve("called")).doesNotExist();
  }

  @Test
  void flinkProperties_quotedValueThatIsNotRead_isRefusedWithoutShowingIt() throws Exception {
    for (String value : List.of("\"hidden\\n\"", "\"hidden", "\"hidden\\\"", "\"hidden\" x")) {
      environment.put("FLINK_PROPERTIES", "s3.secret-key: " + value);

      Outcome outcome = run("jobmanager");

      assertThat(outcome.exitCode()).as(value).isEqualTo(2);
      assertThat(outcome.out())
          .contains("'s3.secret-key': expected", "no escape but \\\" and \\\\\n")
          .doesNotContain("hidden");
      assertThat(home.resolve("called")).doesNotExist();
    }
  }

  /** As the Kubernetes operator calls it. */
  @Test
  void standaloneJob_optionsOfFlinkAndArgumentsOfTheJob_areKeptApart() throws Exception {
    run(
        "standalone-job",
        "--job-classname",
        "io.millrace.jobs.ScoreTopicJob",
        "--allowNonRestoredState",
        "--fromSavepoint",
        "s3://flink/savepoint 1",
        "-Djobmanager.rpc.address=10.0.0.7",
        "--config",
        "/etc/millrace/fraud.yaml",
        "-Dmodel.version-policy=7",
        "--",
        "-j");

    assertThat(called())
        .containsExactly(
            "cluster",
            "command",
            "standalone-job",
            "-Djobmanager.rpc.address=10.0.0.7",
            "--",
            "--job-classname",
            "io.millrace.jobs.ScoreTopicJob",
            "--allowNonRestoredState",
            "--fromSavepoint",
            "s3://flink/savepoint 1",
            "--",
            "--config",
            "/etc/millrace/fraud.yaml",
            "-Dmodel.version-policy=7",
            "--",
            "-j");
  }

  /** Flink 2 fetches a job's jars itself. */
  @Test
  void standaloneJob_jarsOfTheJob_areFlinksOption() throws Exception {
    run("standalone-job", "--jars", "s3://jobs/a.jar,s3://jobs/b.jar", "-j", "A");

    assertThat(called().subList(3, called().size()))
        .containsExactly("--", "--jars", "s3://jobs/a.jar,s3://jobs/b.jar", "-j", "A", "--");
    run("standalone-job", "-jars", "a.jar", "--config", "b", "--jars", "own");
    assertThat(called().subList(3, called().size()))
        .containsExactly("--", "-jars", "a.jar", "--", "--config", "b", "--jars", "own");
    run("standalone-job", "--jars=s3://jobs/a.jar", "-jars=b.jar", "--config", "b", "--jars=own");
    assertThat(called().subList(3, called().size()))
        .containsExactly(
            "--", "--jars=s3://jobs/a.jar", "-jars=b.jar", "--", "--config", "b", "--jars=own");
  }

  @Test
  void standaloneJob_hostOfAnOlderOperator_becomesASetting() throws Exception {
    run("standalone-job", "--host", "10.0.0.7", "--job-classname", "A");

    assertThat(called()).contains("-Djobmanager.rpc.address=10.0.0.7").doesNotContain("--host");
  }

  @Test
  void role_argumentThatItDoesNotTake_isRefused() throws Exception {
    Outcome outcome = run("taskmanager", "start-foreground");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).contains("'start-foreground'");
    assertThat(home.resolve("called")).doesNotExist();
  }

  @Test
  void role_clusterCommandFails_endsWithItsCodeBeforeJavaStarts() throws Exception {
    script("bin/millrace", "echo 'memory does not add up' >&2; exit 2");

    Outcome outcome = run("taskmanager");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.out()).isEqualTo("memory does not add up\n");
    assertThat(temporaryFiles()).isEmpty();
  }

  @Test
  void programs_runWithTheirArgumentsAsTheyAre() throws Exception {
    assertThat(run("flink", "run", "a b").out()).isEqualTo("flink run a b\n");
    run("millrace", "model", "show", "a b");
    assertThat(called()).containsExactly("model", "show", "a b");
    assertThat(run("sh", "-c", "echo \"$1\"; exit 3", "x", "a b"))
        .isEqualTo(new Outcome(3, "a b\n"));
  }

  @Test
  void help_printsTheCommands_andNoCommandIsWrongUsage() throws Exception {
    assertThat(run("help").exitCode()).isZero();
    assertThat(run("help").out()).contains("jobmanager", "taskmanager", "standalone-job");
    assertThat(run().exitCode()).isEqualTo(2);
  }

  private void script(String path, String body) throws IOException {
    Path file = home.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private List<String> called() throws IOException {
    return Files.readAllLines(home.resolve("called"));
  }

  private List<Path> temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("tmp"))) {
      return files.toList();
    }
  }

  private Outcome run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("sh", ENTRYPOINT.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), out);
  }
}
