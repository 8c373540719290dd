package io.millrace.jobs.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * CPU time of this process, TensorFlow's own threads included. The scheduler's figures are in
 * nanoseconds, while those of the JVM come in ticks of 10 ms, which may be a tenth of a turn; but
 * they leave out threads that have ended.
 */
final class CpuClock {
  private static final Path TASKS = Path.of("/proc/self/task");

  private final boolean fine = Files.isReadable(Path.of("/proc/self/schedstat"));
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /** Nanoseconds; only differences mean something. */
  long nanos() throws IOException {
    if (!fine) {
      return system.getProcessCpuTime();
    }
    long sum = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        sum += nanos(task.resolve("schedstat"));
      }
    }
    return sum;
  }

  private static long nanos(Path schedstat) {
    try {
      String text = Files.readString(schedstat);
      return Long.parseLong(text.substring(0, text.indexOf(' ')));
    } catch (IOException e) {
      return 0; // The thread has ended since it was listed.
    }
  }
}
