package io.millrace.testing.soak;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.ReflectionException;

/**
 * What a process holds at one moment. On Linux.
 *
 * @param step how often it has done what it does again and again
 * @param residentBytes of all its memory, the Java heap included, but without compiled code
 * @param metaspaceBytes of the classes that are loaded
 * @param threads Java's and others
 * @param descriptors of open files and sockets
 */
public record Holdings(
    long step, long residentBytes, long metaspaceBytes, int threads, int descriptors) {
  /** The names of the columns of {@link #toCsv}. */
  public static final String CSV_HEADER = "step,resident_bytes,metaspace_bytes,threads,descriptors";

  private static final Pattern RESIDENT = Pattern.compile("(?m)^Rss:\\s+(\\d+) kB");
  private static final int COLUMNS = 5;

  /**
   * What this process holds when the heap has been collected and malloc has given back what it
   * keeps for its next callers: what is left is held by somebody. Java's compiled code, of which
   * there is more and more for a long time, is left out.
   */
  public static Holdings ofThisProcess(long step) throws IOException {
    System.gc();
    trim();
    Path process = Path.of("/proc/self");
    return new Holdings(
        step,
        resident(Files.readString(process.resolve("smaps_rollup"))) - used("Code.*"),
        used("Metaspace"),
        entries(process.resolve("task")),
        entries(process.resolve("fd")));
  }

  private static void trim() {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "systemTrimNativeHeap",
              new Object[0],
              new String[0]);
    } catch (ReflectionException e) {
      // There is no such command before JDK 17.0.9: the figures are less even without it.
    } catch (JMException e) {
      throw new IllegalStateException("malloc gave nothing back: " + e.getMessage(), e);
    }
  }

  // Not VmRSS of status: the kernel brings that up to date only every so many pages.
  private static long resident(String smaps) {
    Matcher matcher = RESIDENT.matcher(smaps);
    if (!matcher.find()) {
      throw new IllegalStateException("no Rss in /proc/self/smaps_rollup: " + smaps);
    }
    return Long.parseLong(matcher.group(1)) << 10;
  }

  /** Of all the JVM's pools of that name. */
  private static long used(String name) {
    long bytes = 0;
    boolean found = false;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().matches(name)) {
        found = true;
        bytes += pool.getUsage().getUsed();
      }
    }
    if (!found) {
      throw new IllegalStateException("this JVM has no memory pool '" + name + "'");
    }
    return bytes;
  }

  private static int entries(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return (int) files.count();
    }
  }

  /** The figures in one line, in the order of {@link #CSV_HEADER}. */
  public String toCsv() {
    return step + "," + residentBytes + "," + metaspaceBytes + "," + threads + "," + descriptors;
  }

  /**
   * The line's figures.
   *
   * @throws IllegalArgumentException if it is not what {@link #toCsv} writes
   */
  public static Holdings parse(String line) {
    String[] columns = line.split(",", -1);
    if (columns.length != COLUMNS) {
      throw new IllegalArgumentException(
          "'" + line + "' has " + columns.length + " columns: expected " + CSV_HEADER);
    }
    return new Holdings(
        Long.parseLong(columns[0]),
        Long.parseLong(columns[1]),
        Long.parseLong(columns[2]),
        Integer.parseInt(columns[3]),
        Integer.parseInt(columns[4]));
  }
}
