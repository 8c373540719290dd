package io.millrace.connectors.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.connectors.kafka.KafkaRecord;
import io.millrace.connectors.kafka.OutboundRecord;
import io.millrace.model.LoadTimes;
import io.millrace.model.ModelEvent;
import io.millrace.model.ModelReason;
import io.millrace.model.VersionState;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Events as the status topic carries them: JSON of format 1 under the model's name.
 *
 * <pre>{@code
 * events.map(event -> ModelEventJson.outbound("model-events", event))
 *     .sinkTo(OutboundSinks.atLeastOnce(client));
 * }</pre>
 */
public final class ModelEventJson {
  /** The version of an event about a command that names none. */
  public static final long NO_VERSION = -1;

  private static final long FORMAT = 1;

  private ModelEventJson() {}

  /** The event as a record for the status topic. */
  public static OutboundRecord outbound(String statusTopic, ModelEvent event) {
    return new OutboundRecord(
        statusTopic,
        OutboundRecord.PARTITION_BY_KEY,
        KafkaRecord.NO_TIMESTAMP,
        event.model().getBytes(StandardCharsets.UTF_8),
        encode(event),
        List.of());
  }

  /** The value of the event's record. */
  public static byte[] encode(ModelEvent event) {
    ObjectNode json = JsonFields.newObject();
    json.put("format", FORMAT);
    json.put("time", event.time().toString());
    json.put("job", event.job());
    json.put("subtask", event.subtask());
    json.put("parallelism", event.parallelism());
    json.put("model", event.model());
    json.put("version", event.version() == NO_VERSION ? null : (Long) event.version());
    json.put("digest", event.digest());
    json.put("state", event.state().name());
    json.put("active", event.active());
    json.put("reason", event.reason() == null ? null : event.reason().name());
    json.put("message", event.message());
    LoadTimes times = event.times();
    ObjectNode millis = json.putObject("millis");
    millis.put("fetch", millis(times.fetch()));
    millis.put("verify", millis(times.verify()));
    millis.put("load", millis(times.load()));
    millis.put("warm-up", millis(times.warmUp()));
    millis.put("switch", millis(times.switchOver()));
    return JsonFields.write(json);
  }

  /**
   * Reads the value of a record of the status topic.
   *
   * @throws IllegalArgumentException if it is not an event of format 1; the message says why
   */
  public static ModelEvent decode(byte[] value) {
    JsonFields json = JsonFields.parse(value);
    long format = json.integer("format");
    if (format != FORMAT) {
      throw new IllegalArgumentException("format " + format + ": expected " + FORMAT);
    }
    String reason = json.textOrNull("reason");
    JsonFields millis = json.object("millis");
    return new ModelEvent(
        json.instant("time"),
        json.text("job"),
        Math.toIntExact(json.integer("subtask")),
        Math.toIntExact(json.integer("parallelism")),
        json.text("model"),
        json.has("version") ? json.integer("version") : NO_VERSION,
        json.textOrNull("digest"),
        VersionState.valueOf(json.text("state")),
        json.bool("active"),
        reason == null ? null : ModelReason.valueOf(reason),
        json.text("message"),
        new LoadTimes(
            duration(millis, "fetch"),
            duration(millis, "verify"),
            duration(millis, "load"),
            duration(millis, "warm-up"),
            duration(millis, "switch")));
  }

  // A switch takes microseconds: milliseconds with a fraction, and no exponent, tell.
  private static BigDecimal millis(Duration duration) {
    BigDecimal millis = BigDecimal.valueOf(duration.toNanos(), 6).stripTrailingZeros();
    return millis.scale() < 0 ? millis.setScale(0) : millis;
  }

  private static Duration duration(JsonFields millis, String step) {
    return Duration.ofNanos(Math.round(millis.number(step) * 1e6));
  }
}
