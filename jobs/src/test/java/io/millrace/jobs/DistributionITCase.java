package io.millrace.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.CommandResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged distribution, as it lies in {@code target/millrace}. */
class DistributionITCase {
  private static final Path HOME = Path.of(System.getProperty("millrace.distribution"));

  @TempDir private Path elsewhere;

  @Test
  void script_fromAnotherFolderThroughALink_runs() throws Exception {
    Path link = Files.createSymbolicLink(elsewhere.resolve("mr"), HOME.resolve("bin/millrace"));

    CommandResult outcome = run(link.toString(), "--help");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).contains("Usage: millrace");
  }

  @Test
  void script_unknownCommand_saysSoInOneLineAndExitsWith2() throws Exception {
    CommandResult outcome = run(HOME.resolve("bin/millrace").toString(), "modle");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err()).contains("'modle'");
  }

  @Test
  void script_configurationFolderWithoutOne_isRefused() throws Exception {
    CommandResult outcome =
        run(
            "env",
            "FLINK_CONF_DIR=" + elsewhere,
            HOME.resolve("bin/millrace").toString(),
            "model",
            "verify",
            "s3://models/fraud/2");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("no config.yaml in " + elsewhere + " (FLINK_CONF_DIR)");
  }

  @Test
  void script_modelRunFromAnotherFolder_answersOnRelativePaths() throws Exception {
    SavedModels.linear(elsewhere.resolve("models/7"), new float[] {2, 3}, 1);
    Files.writeString(elsewhere.resolve("in.json"), "{\"instances\": [[1, 1], [0, 2]]}");
    String script = HOME.resolve("bin/millrace").toString();

    CommandResult shown = run(script, "model", "show", "models");
    CommandResult outcome =
        run(script, "model", "run", "models/7", "--input", "in.json", "--output", "out.json");

    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("/models/7", "'x': float32[-1, 2]");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(Files.readString(elsewhere.resolve("out.json")))
        .isEqualTo("{\"outputs\":{\"y\":[[6.0],[7.0]]}}");
  }

  /** Parts of Avro that it finds only if they lie where the distribution has them. */
  @Test
  void script_replayOfAnAvroFileOfAnyCodec_scoresIt() throws Exception {
    SavedModels.linear(elsewhere.resolve("models/7"), new float[] {2, 3}, 1);
    Schema schema =
        SchemaBuilder.record("r")
            .fields()
            .name("x")
            .type()
            .array()
            .items()
            .floatType()
            .noDefault()
            .endRecord();
    Path history = Files.createDirectory(elsewhere.resolve("history"));
    for (String codec : List.of("null", "deflate", "bzip2", "snappy", "xz", "zstandard")) {
      try (DataFileWriter<GenericRecord> writer =
          new DataFileWriter<>(new GenericDatumWriter<>(schema))) {
        writer.setCodec(CodecFactory.fromString(codec));
        writer.create(schema, history.resolve(codec + ".avro").toFile());
        writer.append(new GenericRecordBuilder(schema).set("x", List.of(1f, 1f)).build());
      }
    }
    Files.writeString(
        elsewhere.resolve("replay.yaml"),
        """
        input: {paths: history, format: avro}
        output: {path: scored}
        model: {name: m, base: models}
        """);

    CommandResult outcome =
        run(HOME.resolve("bin/millrace").toString(), "replay", "--config", "replay.yaml");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("in=6 out=6 dead=0 versions=7:6 ");
    assertThat(elsewhere.resolve("scored/xz.avro.0.jsonl")).content().contains("\"y\":[6.0]");
  }

  @Test
  void script_withoutJava_saysWhatToInstall() throws Exception {
    CommandResult outcome =
        run("/usr/bin/env", "JAVA_HOME=/nowhere", HOME.resolve("bin/millrace").toString());

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err()).contains("/nowhere/bin/java", "JDK 17");
    assertThat(outcome.err().lines()).hasSize(1);
  }

  @Test
  void folders_holdWhatTheClassPathRuleSays() {
    assertThat(names("lib"))
        .anyMatch(name -> name.startsWith("tensorflow-core-native-"))
        .anyMatch(name -> name.startsWith("javacpp-"))
        .anyMatch(name -> name.startsWith("protobuf-java-"))
        .anyMatch(name -> name.startsWith("hadoop-client-runtime-"))
        .anyMatch(name -> name.startsWith("flink-runtime-web-"))
        .anyMatch(name -> name.startsWith("xz-"))
        .noneMatch(name -> name.startsWith("kafka") || name.startsWith("millrace"));
    assertThat(names("lib"))
        .as("native libraries: of one build, whatever was built here before")
        .filteredOn(name -> name.matches("tensorflow-core-native-[0-9.]+-linux.*"))
        .hasSize(1);
    assertThat(names("demo/kafka")).anyMatch(name -> name.startsWith("kafka_2.13-"));
    assertThat(names("demo")).anyMatch(name -> name.startsWith("millrace-testing-"));
    assertThat(names("plugins/s3-fs-hadoop")).containsExactly("flink-s3-fs-hadoop.jar");
  }

  @Test
  void jobJarCheck_jarAsBuilt_passes() throws Exception {
    assertThat(checkJobJar(HOME.resolve("job/millrace-job.jar")).exitCode()).isZero();
  }

  @Test
  void jobJarCheck_jarWithTensorFlow_fails() throws Exception {
    for (String entry :
        List.of("org/tensorflow/Graph.class", "org/bytedeco/javacpp/Loader.class")) {
      Path jar = elsewhere.resolve("job.jar");
      Files.deleteIfExists(jar);
      Files.copy(HOME.resolve("job/millrace-job.jar"), jar);
      try (FileSystem zip = FileSystems.newFileSystem(jar)) {
        Path added = zip.getPath(entry);
        Files.createDirectories(added.getParent());
        Files.write(added, new byte[1]);
      }

      CommandResult outcome = checkJobJar(jar);

      assertThat(outcome.exitCode()).isNotZero();
      assertThat(outcome.err()).contains(entry);
    }
  }

  private CommandResult checkJobJar(Path jar) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return run(java, System.getProperty("millrace.check-job-jar"), jar.toString());
  }

  private CommandResult run(String... command) throws Exception {
    return CommandResult.of(List.of(command), elsewhere, Duration.ofMinutes(3));
  }

  private static List<String> names(String folder) {
    try (Stream<Path> entries = Files.list(HOME.resolve(folder))) {
      return entries.map(entry -> entry.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
