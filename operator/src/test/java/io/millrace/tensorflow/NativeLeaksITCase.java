package io.millrace.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.FileSystemModelStore;
import io.millrace.flink.InferenceOptions.Staging;
import io.millrace.model.Batch;
import io.millrace.model.LoadOptions;
import io.millrace.model.Model;
import io.millrace.model.ModelContent;
import io.millrace.model.ModelException;
import io.millrace.model.ModelFiles;
import io.millrace.model.ModelStore;
import io.millrace.testing.models.Node;
import io.millrace.testing.models.SavedModelWriter;
import io.millrace.testing.models.SavedModels;
import io.millrace.testing.models.Tensors;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.SavedModel;

/** What the garbage collector does not see: the process's memory, threads and files. */
class NativeLeaksITCase {
  private static final long MEGABYTE = 1 << 20;
  // def new generation   total 78656K, used 1403K [0x80000000, 0x85550000, 0xaaaa0000)
  private static final Pattern SPACE =
      Pattern.compile("\\[0x([0-9a-f]+), (?:0x[0-9a-f]+, )*0x([0-9a-f]+)\\)");
  private static final Pattern MAPPING = Pattern.compile("^([0-9a-f]+)-[0-9a-f]+ ");
  // The JVM starts and ends compiler and collector threads as it likes.
  private static final long THREADS_OF_THE_JVM = 16;

  @TempDir private Path directory;

  /** -Pnightly makes it 50 MB. Almost all of them variables: to parse a graph takes long. */
  @Test
  void loadRunClose_300TimesFromMemory_leavesNoMemoryThreadsOrFiles() throws Exception {
    int megabytes = Integer.getInteger("millrace.staged-megabytes", 2);
    heavy(megabytes);
    ModelStore store =
        FileSystemModelStore.of(List.of(directory.toString()), directory.resolve("never"))
            .with(Staging.MEMORY);
    Held before = new Held(0, 0, 0);
    for (int i = 0; i < 300; i++) {
      loadAndRun(store);
      before = i == 100 ? Held.now() : before;
    }
    Held after = Held.now();
    System.out.printf("held after 100 and 300 loads from memory: %s, %s%n", before, after);
    // Of 200 loads: a sixth of what they would leave if each left its 2 MB, for resident memory
    // goes
    // up and down; of 50 MB, a twenty-fifth.
    assertThat(after.memory() - before.memory()).isLessThan(Math.max(64, 8 * megabytes) * MEGABYTE);
    assertThat(after.threads()).isLessThan(before.threads() + THREADS_OF_THE_JVM);
    assertThat(after.files()).isLessThanOrEqualTo(before.files());
    assertThat(directory.resolve("never")).doesNotExist();
  }

  private record Held(long memory, long threads, long files) {
    static Held now() throws Exception {
      return new Held(NativeLeaksITCase.memory(), count("task"), count("fd"));
    }
  }

  private void loadAndRun(ModelStore store) throws Exception {
    try (ModelFiles files = store.fetch(directory.toUri(), null);
        Model model = TensorFlowEngine.create().load(files, LoadOptions.DEFAULT);
        Batch batch = Loaded.batch(model, 4)) {
      batch.append(2f, (x, row) -> row.input(0).put(x));
      batch.run(0, 1);
      assertThat(batch.prediction(0).output("y").getFloat(0)).isEqualTo(2);
    }
  }

  /** {@code x -> y}: the same. */
  private void heavy(int variableMegabytes) {
    int floats = variableMegabytes << 18;
    SavedModelWriter model = new SavedModelWriter();
    Node x = model.placeholder("x", DataType.DT_FLOAT, -1);
    model.variable("weights", Tensors.floats(new float[floats], floats));
    Node y = model.node("Identity", "y").input(x).attr("T", DataType.DT_FLOAT);
    model.signature("serving_default").input("x", x, DataType.DT_FLOAT, -1);
    model.signature("serving_default").output("y", y, DataType.DT_FLOAT, -1);
    model.write(directory);
  }

  @Test
  void initialise_assetWithoutItsTensor_leavesNoMemory() throws Exception {
    SavedModels.linear(directory, new float[1], 0);
    Map<String, String> assets = Map.of("absent:0", "a".repeat(1 << 20));
    ModelContent content = new ModelContent.Folder(directory);
    try (ReadPath path = ReadPath.of(content, SavedModel.getDefaultInstance());
        NativeSession session =
            NativeSession.load(path, List.of("serve"), ConfigProto.getDefaultInstance())) {
      long memory = 0;
      for (int i = 0; i < 600; i++) {
        assertThatThrownBy(() -> session.initialise(List.of("fill"), assets))
            .isInstanceOf(ModelException.class)
            .hasMessageContaining("'absent:0' is not in the graph");
        if (i == 100) {
          memory = memory();
        }
      }
      assertThat(memory() - memory).isLessThan(200 * MEGABYTE);
    }
  }

  private static long address(String hexadecimal) {
    return Long.parseUnsignedLong(hexadecimal, 16);
  }

  /** The resident memory beside the Java heap, which grows and shrinks as it likes. */
  private static long memory() throws Exception {
    // The spaces of the heap lie side by side, whatever the collector.
    List<MatchResult> spaces = SPACE.matcher(heapInfo()).results().toList();
    assertThat(spaces).isNotEmpty();
    long heapStart = spaces.stream().mapToLong(it -> address(it.group(1))).min().getAsLong();
    long heapEnd = spaces.stream().mapToLong(it -> address(it.group(2))).max().getAsLong();
    long kilobytes = 0;
    boolean beside = true;
    for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
      Matcher mapping = MAPPING.matcher(line);
      if (mapping.find()) {
        long start = address(mapping.group(1));
        beside =
            Long.compareUnsigned(start, heapStart) < 0 || Long.compareUnsigned(start, heapEnd) >= 0;
      } else if (beside && line.startsWith("Rss:")) {
        kilobytes += Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    return kilobytes * 1024;
  }

  private static String heapInfo() throws Exception {
    return (String)
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcHeapInfo",
                new Object[0],
                new String[0]);
  }

  private static long count(String entries) throws Exception {
    try (var paths = Files.list(Path.of("/proc/self", entries))) {
      return paths.count();
    }
  }
}
