package io.millrace.probe;

import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How much memory there is beside what processes hold already.
 *
 * @param total bytes that the container, or else the machine, has
 * @param free bytes of it that nobody uses, or that the kernel gives back when asked
 */
public record MemoryRoom(long total, long free) {
  /** A small model takes 340 MB. */
  private static final long LEAST = 512L << 20;

  /** Left to the others, the TaskManager's own load that follows among them. */
  private static final long MARGIN = 256L << 20;

  private static final String CGROUP = "sys/fs/cgroup";
  private static final String NO_LIMIT = "max";

  private record Names(String limit, String used, String cached) {}

  private static final Names VERSION_1 =
      new Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
  private static final Names VERSION_2 = new Names("memory.max", "memory.current", "inactive_file");

  /**
   * Reads it from the memory cgroup if that limits this process, and from {@code /proc/meminfo}.
   *
   * @param root the root folder
   */
  public static MemoryRoom of(Path root) throws IOException {
    Map<String, Long> machine = numbers(root.resolve("proc/meminfo"));
    MemoryRoom room =
        new MemoryRoom(
            kibibytes(machine, "MemTotal:") << 10, kibibytes(machine, "MemAvailable:") << 10);
    Path groups = root.resolve(CGROUP);
    room = room.within(groups.resolve("memory"), VERSION_1);
    // Inside a container its own group is mounted as the root.
    Path group = groups.resolve(groupName(root));
    while (group != null && group.startsWith(groups)) {
      room = room.within(group, VERSION_2);
      group = group.getParent();
    }
    return room;
  }

  private static String groupName(Path root) throws IOException {
    Path groups = root.resolve("proc/self/cgroup");
    List<String> lines = Files.exists(groups) ? Files.readAllLines(groups) : List.of();
    return lines.stream()
        .filter(line -> line.startsWith("0::/"))
        .map(line -> line.substring("0::/".length()))
        .filter(name -> !name.contains(".."))
        .findFirst()
        .orElse("");
  }

  private MemoryRoom within(Path group, Names names) throws IOException {
    Path limit = group.resolve(names.limit());
    if (!Files.exists(limit) || Files.readString(limit).strip().equals(NO_LIMIT)) {
      return this;
    }
    long max = Long.parseLong(Files.readString(limit).strip());
    long used = Long.parseLong(Files.readString(group.resolve(names.used())).strip());
    // Pages of files, a model that was just fetched among them, go when room is needed.
    long cached = numbers(group.resolve("memory.stat")).getOrDefault(names.cached(), 0L);
    return new MemoryRoom(Math.min(total, max), Math.min(free, max - used + cached));
  }

  private static Map<String, Long> numbers(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> line.split("\\s+"))
        .filter(words -> words.length > 1)
        .collect(Collectors.toMap(words -> words[0], words -> Long.parseLong(words[1])));
  }

  private static long kibibytes(Map<String, Long> machine, String key) throws IOException {
    Long value = machine.get(key);
    if (value == null) {
      throw new IOException("/proc/meminfo says nothing about " + key);
    }
    return value;
  }

  /** Whether no more than the others' margin is left. */
  boolean isTight() {
    return free < MARGIN;
  }

  /**
   * Resident bytes of a probe at the most: half of all, and no more than is free.
   *
   * @throws ModelException PROBE_FAILED if that is too little to try even a small model
   */
  long limit() throws ModelException {
    long limit = Math.min(total / 2, free - MARGIN);
    if (limit < LEAST) {
      throw new ModelException(
          ModelReason.PROBE_FAILED,
          "no room for a probe: it may take %d MiB of %d MiB, of which %d MiB are free; expected %d MiB"
              .formatted(Math.max(limit, 0) >> 20, total >> 20, free >> 20, LEAST >> 20));
    }
    return limit;
  }
}
