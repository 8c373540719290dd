package io.millrace.connectors.files;

import java.io.IOException;
import java.io.Serializable;
import org.apache.avro.Schema;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericRecord;

/** What the records of Avro files are to us. */
interface AvroMapping extends Serializable {

  /** For files of one schema. */
  interface Mapped {
    /** What is read of a record. */
    Schema projection();

    /** Whether a piece has the record itself, so that no other can be read into it. */
    boolean isKept();

    /**
     * @param block offset of the record's block
     */
    FilePiece piece(long block, GenericRecord record) throws IOException;
  }

  /**
   * @param file that has a schema
   * @throws UnusableContentException if it does not fit, with all that is wrong
   */
  Mapped of(DataFileReader<?> file) throws UnusableContentException;
}
