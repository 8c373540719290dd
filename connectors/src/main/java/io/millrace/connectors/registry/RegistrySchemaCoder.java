package io.millrace.connectors.registry;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.tensor.RecordException;
import io.millrace.tensor.RecordReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.flink.formats.avro.SchemaCoder;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's wire format: a byte 0, the schema's id in four bytes, big-endian, and the datum. Each
 * schema is asked for once; that there is none of an id is believed for a second. Not thread-safe.
 * Source:
 * https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/#wire-format
 */
final class RegistrySchemaCoder implements SchemaCoder {
  private static final int HEADER = 5;
  private static final int MAX_IDS = 1000;
  private static final int DOUBTS = 2;
  private static final int MAX_REASON = 1000;
  private static final long REFUSED_NANOS = Duration.ofSeconds(1).toNanos();

  private final RegistryAccess access;
  private final RegistryClient client;
  private final RetryDelays delays;
  private final LongSupplier nanoTime;
  private final Map<Integer, Schema> known = lastUsed();

  /** Apart from those that are known, which a stream of bad records must not drive out. */
  private final Map<Integer, Refused> refused = lastUsed();

  private long doubtedNanos;

  private record Refused(RecordException reason, long sinceNanos) {}

  RegistrySchemaCoder(RegistryAccess access, RetryDelays delays, LongSupplier nanoTime) {
    this.access = access;
    this.client = new RegistryClient(access, delays);
    this.delays = delays;
    this.nanoTime = nanoTime;
    this.doubtedNanos = nanoTime.getAsLong() - REFUSED_NANOS;
  }

  private static <T> Map<Integer, T> lastUsed() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<Integer, T> eldest) {
        return size() > MAX_IDS;
      }
    };
  }

  /**
   * The schema that the value was written with.
   *
   * @param in stands before the datum afterwards
   * @throws RecordException MALFORMED if the value has not the format, or the registry has no Avro
   *     schema of that id
   * @throws IOException if the registry does not answer
   */
  @Override
  public Schema readSchema(InputStream in) throws IOException {
    byte[] header = in.readNBytes(HEADER);
    if (header.length < HEADER) {
      throw malformed(
          "the value has "
              + header.length
              + " bytes: expected a byte 0, a schema's id of 4 bytes, and a datum");
    }
    if (header[0] != 0) {
      throw malformed(
          "at byte 0: expected 0, with which Confluent's wire format begins, got " + header[0]);
    }
    int id = ByteBuffer.wrap(header).getInt(1);
    Schema schema = known.get(id);
    if (schema == null) {
      schema = look(id);
      known.put(id, schema);
    }
    return schema;
  }

  @Override
  public void writeSchema(Schema schema, OutputStream out) {
    throw new UnsupportedOperationException("values of the registry are only read");
  }

  private Schema look(int id) throws IOException {
    Refused before = refused.get(id);
    if (before != null && nanoTime.getAsLong() - before.sinceNanos < REFUSED_NANOS) {
      throw before.reason;
    }
    try {
      return schema(id, before == null);
    } catch (RecordException e) {
      refused.put(id, new Refused(e, nanoTime.getAsLong()));
      throw e;
    }
  }

  private Schema schema(int id, boolean isNew) throws IOException {
    String path = "/schemas/ids/" + id;
    JsonNode found = id < 0 ? null : isNew ? find(path) : client.findSchema(path);
    if (found == null) {
      throw malformed("schema id " + id + ": the registry " + access + " has none of it");
    }
    String type = found.path("schemaType").asText("AVRO");
    if (!type.equals("AVRO")) {
      throw malformed(
          "schema id %d of the registry %s is of type %s: expected AVRO"
              .formatted(id, access, type));
    }
    // What a default is matters only to a schema that is read with, which is another one.
    Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
    try {
      parseReferences(found, parser, new HashSet<>());
      return parser.parse(found.path("schema").asText());
    } catch (AvroRuntimeException | NumberFormatException e) {
      // The latter of a real number's default that is none.
      throw malformed(
          "schema id %d of the registry %s cannot be parsed: %s".formatted(id, access, reason(e)));
    }
  }

  /**
   * A replica may not know yet what another has just registered, so that absence is doubted: once a
   * second at the most, or a stream of ids that nobody knows would stand still, and of each id only
   * at first.
   */
  private @Nullable JsonNode find(String path) throws IOException {
    JsonNode found = client.findSchema(path);
    if (found != null || nanoTime.getAsLong() - doubtedNanos < REFUSED_NANOS) {
      return found;
    }
    for (int retry = 1; found == null && retry <= DOUBTS; retry++) {
      Duration delay = delays.before(retry);
      if (delay == null) {
        break;
      }
      RegistryClient.pause(delay);
      found = client.findSchema(path);
    }
    doubtedNanos = nanoTime.getAsLong();
    return found;
  }

  /** The types of other subjects that a schema uses, those that they use before them. */
  private void parseReferences(JsonNode schema, Schema.Parser parser, Set<String> seen)
      throws IOException {
    for (JsonNode reference : schema.path("references")) {
      String path =
          "/subjects/%s/versions/%d"
              .formatted(
                  URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8)
                      .replace("+", "%20"),
                  reference.path("version").asInt());
      if (seen.add(path)) {
        @Nullable JsonNode used = find(path);
        if (used == null) {
          throw malformed("the registry " + access + " has no " + path + ", which a schema uses");
        }
        parseReferences(used, parser, seen);
        parser.parse(used.path("schema").asText());
      }
    }
  }

  // It may show the whole schema.
  private static String reason(RuntimeException e) {
    String message = String.valueOf(e.getMessage()).replace('\n', ' ');
    return message.length() > MAX_REASON ? message.substring(0, MAX_REASON) + " ..." : message;
  }

  private static RecordException malformed(String message) {
    return new RecordException(RecordReason.MALFORMED, message);
  }
}
