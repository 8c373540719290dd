package io.millrace.connectors.files;

import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import org.apache.flink.core.fs.FSDataInputStream;
import org.jspecify.annotations.Nullable;

/**
 * How records are found in files. What reads them through Flink is {@link LocatedFormat}, for all
 * formats.
 */
interface PieceFormat extends Serializable {

  /** Reads what there is in a split, in its order. */
  interface Reader extends Closeable {
    /**
     * The next piece, null at the end.
     *
     * @throws DamageException if the file breaks off or is damaged
     * @throws UnusableContentException if the file is not what the job can use
     * @throws IOException if the storage fails
     */
    @Nullable FilePiece read() throws IOException;
  }

  /**
   * Begins to read a split.
   *
   * @param stream at the beginning of the split; closed with the reader
   * @param fileLength {@code Long.MAX_VALUE} of what a compressed file unpacks to, which is one
   *     split
   * @param splitEnd before which the split's records begin
   */
  Reader open(FSDataInputStream stream, long fileLength, long splitEnd) throws IOException;

  /** Whether a file says by itself what its records are, so that it may not fit the job. */
  boolean hasSchema();

  /** Whether a file can be read from within. */
  boolean isSplittable();
}
