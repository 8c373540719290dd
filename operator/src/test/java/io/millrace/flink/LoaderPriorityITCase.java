package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.InferenceOptions.Overlap;
import io.millrace.flink.InferenceOptions.RunIn;
import io.millrace.testing.models.SavedModels;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the thread that loads gets of the processors, by the thread's nice value. */
class LoaderPriorityITCase {
  private static final Pattern LOADER =
      Pattern.compile(
          "^\"millrace m \\(1/1\\) loader\".* nid=(0x\\p{XDigit}+|\\d+)", Pattern.MULTILINE);

  @TempDir private Path roots;

  @BeforeEach
  void twoVersions() {
    SavedModels.constantVersion(roots.resolve("1"), 1);
    SavedModels.constantVersion(roots.resolve("2"), 2);
  }

  private Harness harness(Overlap overlap) throws Exception {
    Configuration options = new Configuration();
    options.set(InferenceOptions.OVERLAP, overlap);
    Harness harness = Harness.with(options, roots, Harness.publish(roots, 1, 1), RunIn.TASK);
    harness.start(null);
    return harness;
  }

  // A thread dump has the number that Linux knows a thread by.
  private static int ofLoader() throws Exception {
    String dump =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "threadPrint",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    Matcher loader = LOADER.matcher(dump);
    assertThat(loader.find()).as(dump).isTrue();
    return nice(Path.of("/proc/self/task/" + Long.decode(loader.group(1)) + "/stat"));
  }

  private static int ofThisThread() throws Exception {
    return nice(Path.of("/proc/thread-self/stat"));
  }

  // man 5 proc: the nice value is the 19th field; the second, the name, stands in parentheses.
  private static int nice(Path file) throws Exception {
    String stat = Files.readString(file);
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
  }

  @Test
  void load_besideAVersionThatScores_stepsBack() throws Exception {
    try (Harness harness = harness(Overlap.BOTH)) {
      // TensorFlow's threads may have been started by this one.
      assertThat(ofLoader()).isEqualTo(ofThisThread());
      harness.command(Harness.publish(roots, 2, 2));
      harness.awaitActive(2);
      assertThat(ofLoader()).isGreaterThan(ofThisThread());
    }
  }

  @Test
  void load_thatRecordsWaitFor_doesNot() throws Exception {
    try (Harness harness = harness(Overlap.UNLOAD_FIRST)) {
      harness.command(Harness.publish(roots, 2, 2));
      harness.awaitActive(2);
      assertThat(ofLoader()).isEqualTo(ofThisThread());
    }
  }
}
