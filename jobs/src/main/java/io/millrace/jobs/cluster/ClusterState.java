package io.millrace.jobs.cluster;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a cluster's folder remembers of it, in {@code cluster.json}.
 *
 * @param overrides the keys that it was started with
 * @param processes by name, the JobManager first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ClusterState(Map<String, String> overrides, List<DaemonProcess> processes) {
  private static final String FILE = "cluster.json";
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  ClusterState {
    overrides = new TreeMap<>(overrides);
    processes = List.copyOf(processes);
  }

  /** The state of a folder; without processes where none was written. */
  static ClusterState read(Path directory) throws ClusterException {
    Path file = directory.resolve(FILE);
    try {
      return JSON.readValue(Files.readAllBytes(file), ClusterState.class);
    } catch (NoSuchFileException e) {
      return new ClusterState(Map.of(), List.of());
    } catch (IOException e) {
      throw new ClusterException(
          file + " cannot be read: " + e.getMessage() + "; expected what 'cluster start' wrote", e);
    }
  }

  /** Replaces the file in one step; only its owner reads it. */
  void write(Path directory) throws IOException {
    Path temporary = directory.resolve(FILE + ".new");
    PrivateFile.write(temporary, JSON.writeValueAsBytes(this));
    Files.move(temporary, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  static void delete(Path directory) throws IOException {
    Files.deleteIfExists(directory.resolve(FILE));
  }

  /** Those processes that live. */
  List<DaemonProcess> alive() {
    return processes.stream().filter(DaemonProcess::isAlive).toList();
  }
}
