package io.millrace.jobs.whatif;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.util.IOUtils;

/**
 * The rows of one side on disk, spread by their keys over as many files as it takes for one of them
 * to fit into memory. Filled first, read then; whoever opened it closes it.
 */
final class SpilledRows implements AutoCloseable {
  /** As many files are open at once. */
  static final int PARTITIONS = 256;

  private static final int BUFFER = 1 << 13;

  private final Path folder;
  private final String name;
  private final DataOutputStream[] partitions = new DataOutputStream[PARTITIONS];

  /**
   * @param folder that is there
   * @param name of the side
   */
  SpilledRows(Path folder, String name) throws IOException {
    this.folder = folder;
    this.name = name;
    for (int i = 0; i < PARTITIONS; i++) {
      partitions[i] =
          new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file(i)), BUFFER));
    }
  }

  private Path file(int partition) {
    return folder.resolve(name + "-" + partition);
  }

  void add(Row row) throws IOException {
    row.write(partitions[(int) (row.high() >>> (Long.SIZE - 8))]);
  }

  /** Ends the filling. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.closeAll(partitions);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /** The rows of a partition in the order of their keys, and of reading where those are equal. */
  Row[] read(int partition) throws IOException {
    Path file = file(partition);
    Row[] rows = new Row[Math.toIntExact(Files.size(file) / Row.BYTES)];
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER))) {
      for (int i = 0; i < rows.length; i++) {
        rows[i] = Row.read(in);
      }
    }
    Arrays.sort(rows);
    return rows;
  }
}
