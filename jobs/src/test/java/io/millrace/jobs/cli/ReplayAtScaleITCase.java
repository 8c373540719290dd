package io.millrace.jobs.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.check.Await;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.processes.HdfsCluster;
import io.millrace.testing.processes.HdfsDataNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.DatanodeInfo;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay} of much, of many files, and from a storage of which a part is lost. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ReplayAtScaleITCase {
  private static final String ID = "\"fields\":{\"id\":";
  private static final int MILLION = 1_000_000;
  private static final int BLOCK = 1 << 20;

  @TempDir private static Path folder;

  @BeforeAll
  static void writeModel() throws Exception {
    SavedModels.linear(folder.resolve("models/7"), new float[] {3, 1}, 0);
  }

  private static void writeLines(OutputStream out, int from, int to) throws IOException {
    writeLines(out, from, to, "\n");
  }

  private static void writeLines(OutputStream out, int from, int to, String end)
      throws IOException {
    try (Writer lines = new BufferedWriter(new OutputStreamWriter(out, UTF_8))) {
      for (int i = from; i < to; i++) {
        lines.write("{\"id\":" + i + ",\"x\":[" + i + ",2]}" + end);
      }
    }
  }

  private static String[] replay(URI input, Path output, int parallelism, String... more)
      throws IOException {
    return replay(input, output.toUri(), parallelism, more);
  }

  private static String[] replay(URI input, URI output, int parallelism, String... more)
      throws IOException {
    Path config =
        Files.writeString(
            folder.resolve(Path.of(output.getPath()).getFileName() + ".yaml"),
            """
            job: {parallelism: %d}
            input: {paths: "%s"}
            output: {path: "%s", fields: [id]}
            model: {name: m, base: "%s"}
            """
                .formatted(parallelism, input, output, folder.resolve("models")));
    return Stream.concat(Stream.of("replay", "--config", config.toString()), Stream.of(more))
        .toArray(String[]::new);
  }

  private static void assertScored(CommandLineRun run, Path output, int records)
      throws IOException {
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .contains("in=%d out=%d dead=0 versions=7:%d ".formatted(records, records, records));
    BitSet seen = new BitSet();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
        try (Stream<String> lines = Files.lines(file)) {
          lines.forEach(line -> add(seen, line));
        }
      }
    }
    assertThat(seen.cardinality()).isEqualTo(records);
  }

  private static void add(BitSet seen, String line) {
    // A million of AssertJ's assertions take seconds.
    int from = line.indexOf(ID) + ID.length();
    int number = Integer.parseInt(line, from, line.indexOf('}', from), 10);
    if (!line.contains(ID) || seen.get(number)) {
      throw new AssertionError(number + " is no record, or came before: " + line);
    }
    seen.set(number);
  }

  @Test
  void replay_aMillionSmallRecords_areScoredOnceAndCountedOnTheWay() throws Exception {
    Path input = folder.resolve("million.jsonl");
    writeLines(Files.newOutputStream(input), 0, MILLION);
    Path output = folder.resolve("million");

    CommandLineRun run = CommandLineRun.of(replay(input.toUri(), output, 2));

    assertScored(run, output, MILLION);
    String megabytes = "%.1f".formatted(Files.size(input) / 1e6);
    assertThat(run.out())
        .containsPattern(
            "(?m)s  100 %  1,000,000 records  [0-9,]+/s  X/X MB  in [0-9]".replace("X", megabytes));
  }

  @Test
  void replay_manySmallFiles_givesAsMany() throws Exception {
    Path input = Files.createDirectories(folder.resolve("small"));
    int files = 500;
    for (int i = 0; i < files; i++) {
      writeLines(Files.newOutputStream(input.resolve("part-" + i)), 5 * i, 5 * i + 5);
    }
    Path output = folder.resolve("many");

    CommandLineRun run = CommandLineRun.of(replay(input.toUri(), output, 2));

    assertScored(run, output, 5 * files);
    assertThat(run.out()).contains(" files=" + files + " ");
  }

  @Test
  void replay_dataNodeKilledOnTheWay_goesOnByTheOtherReplicas() throws Exception {
    int records = 200_000;
    try (HdfsCluster hdfs = HdfsCluster.start(HdfsCluster.jars(), folder.resolve("hdfs"));
        FileSystem files = FileSystem.newInstance(hdfs.uri(), new Configuration());
        CapturedWarnings warnings = CapturedWarnings.below("org.apache.hadoop.hdfs")) {
      String first = dataNodes(files).iterator().next();
      try (HdfsDataNode second = hdfs.startDataNode(folder.resolve("second"))) {
        URI input = hdfs.uri().resolve("/history/lines.jsonl");
        writeReplicated(files, new org.apache.hadoop.fs.Path(input), records);
        Set<String> both = dataNodes(files);
        String[] command = replay(input, hdfs.uri().resolve("/killed"), 1);

        CompletableFuture<CommandLineRun> running =
            CompletableFuture.supplyAsync(() -> CommandLineRun.of(command));
        Await.until("files are written", () -> hasFiles(files, "/_killed.part"));
        second.kill();
        var output = new org.apache.hadoop.fs.Path("/killed");
        assertThat(files.exists(output)).as("the output when the DataNode was gone").isFalse();

        CommandLineRun run = running.get();
        Path copy = folder.resolve("killed");
        files.copyToLocalFile(output, new org.apache.hadoop.fs.Path(copy.toUri()));
        assertScored(run, copy, records);
        both.remove(first);
        // Of so many blocks, some were to be read from it.
        assertThat(warnings.messages())
            .as("what was warned of, with %s killed and %s left", both, first)
            .anyMatch(
                message ->
                    message.contains(both.iterator().next()) && message.contains("lines.jsonl"));
      }
    }
  }

  /** Where they listen. */
  private static Set<String> dataNodes(FileSystem files) throws IOException {
    return Arrays.stream(((DistributedFileSystem) files).getDataNodeStats())
        .map(DatanodeInfo::getXferAddr)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static void writeReplicated(FileSystem files, org.apache.hadoop.fs.Path path, int records)
      throws Exception {
    writeLines(
        files.create(path, true, 4096, (short) 2, BLOCK), 0, records, " ".repeat(100) + "\n");
    Await.until("each block is on both DataNodes", () -> isReplicated(files, path));
  }

  private static boolean isReplicated(FileSystem files, org.apache.hadoop.fs.Path path)
      throws IOException {
    BlockLocation[] blocks = files.getFileBlockLocations(path, 0, Long.MAX_VALUE);
    assertThat(blocks).hasSizeGreaterThan(20);
    for (BlockLocation block : blocks) {
      if (block.getNames().length < 2) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasFiles(FileSystem files, String part) throws IOException {
    var path = new org.apache.hadoop.fs.Path(part);
    return files.exists(path) && files.listFiles(path, true).hasNext();
  }

  @Test
  @Tag("nightly")
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void replay_fileLargerThanTheHeap_isReadAsItIsScored() throws Exception {
    int records = 30 * MILLION;
    Path input = folder.resolve("large.jsonl");
    writeLines(Files.newOutputStream(input), 0, records);
    long heap = 384L << 20;
    assertThat(Files.size(input)).isGreaterThan(2 * heap);
    Path output = folder.resolve("large");
    Path log = folder.resolve("large.log");
    List<String> command =
        Stream.concat(
                Stream.of(System.getProperty("millrace.distribution") + "/bin/millrace"),
                Arrays.stream(replay(input.toUri(), output, 2, "-Doutput.format=avro")))
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("MILLRACE_JAVA_OPTS", "-Xmx" + heap);

    int exitCode = builder.start().waitFor();

    assertThat(exitCode).as(Files.readString(log)).isZero();
    assertThat(Files.readString(log))
        .contains("in=" + records + " out=" + records + " dead=0 ", "100 %  30,000,000 records")
        // One every ten seconds, which so many records take several times over.
        .containsPattern("(?m)^ +[0-9]+ s  +[0-9]{1,2} %  [0-9,]+ records  .+ left$");
  }
}
