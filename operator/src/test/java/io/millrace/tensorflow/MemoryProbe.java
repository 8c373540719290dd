package io.millrace.tensorflow;

import io.millrace.model.Batch;
import io.millrace.model.Model;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A main class that loads the model of its first argument, then the second one's beside it, and so
 * on, runs each, and prints after each load how much native memory the process had at the most
 * beyond what the JVM accounts for.
 */
final class MemoryProbe {
  private MemoryProbe() {}

  public static void main(String[] models) throws Exception {
    long start = unaccounted("VmRSS");
    List<Model> loaded = new java.util.ArrayList<>();
    for (String model : models) {
      loaded.add(Loaded.model(Path.of(model)));
      for (Model each : loaded) {
        run(each);
      }
      System.out.println(unaccounted("VmHWM") - start);
    }
    loaded.forEach(Model::close);
  }

  private static void run(Model model) throws Exception {
    float[] zeros = new float[(int) model.signature(null).inputs().get(0).shape().dimensions()[1]];
    try (Batch batch = Loaded.batch(model, 128)) {
      for (int i = 0; i < 128; i++) {
        batch.append(zeros, (x, row) -> row.input(0).put(x, 0, x.length));
      }
      batch.run(0, 128);
    }
  }

  private static long unaccounted(String field) throws Exception {
    long kilobytes = 0;
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field + ":")) {
        kilobytes = Long.parseLong(line.replaceAll("[^0-9]", ""));
      }
    }
    long jvm = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.NON_HEAP) {
        jvm += pool.getUsage().getUsed();
      }
    }
    return kilobytes * 1024 - jvm;
  }
}
