package io.millrace.connectors.registry;

import java.io.IOException;
import org.apache.flink.formats.avro.SchemaCoder;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of values in Confluent's wire format, by the ids that they begin with. Not
 * thread-safe.
 *
 * <pre>{@code
 * RegistrySchemas schemas = new RegistrySchemas(RegistryAccess.to(url), delays);
 * schemas.requireAnswer();
 * AvroRecordFormat format = AvroRecordFormat.builder(schemas).build();
 * }</pre>
 */
public final class RegistrySchemas implements SchemaCoder.SchemaCoderProvider {
  private static final long serialVersionUID = 1L;

  private final RegistryAccess access;
  private final RetryDelays delays;
  private transient @Nullable SchemaCoder coder;

  public RegistrySchemas(RegistryAccess access, RetryDelays delays) {
    this.access = access;
    this.delays = delays;
  }

  /**
   * Asks the registry once, for what it always has.
   *
   * @throws IOException in one line, if it does not answer, or refuses to
   */
  public void requireAnswer() throws IOException {
    if (new RegistryClient(access, RetryDelays.NONE).find("/subjects") == null) {
      throw new IOException("the schema registry " + access + " has no /subjects");
    }
  }

  /**
   * The same each time, where the interface wants a new one: what writes a subtask's records and
   * what reads them again are copied to it together, run on its thread, and ask the registry once.
   */
  @Override
  public SchemaCoder get() {
    SchemaCoder known = coder;
    if (known == null) {
      known = new RegistrySchemaCoder(access, delays, System::nanoTime);
      coder = known;
    }
    return known;
  }
}
