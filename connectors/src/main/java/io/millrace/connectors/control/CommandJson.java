package io.millrace.connectors.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.Command;
import io.millrace.model.ModelException;
import io.millrace.model.ModelReason;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Commands as the control topic carries them: JSON of format 1 under a key that lets the topic be
 * compacted. Unknown fields are ignored, unknown commands and formats refused.
 *
 * <pre>{@code
 * Command command = CommandJson.decode(record.key(), record.value(), record.offset());
 * }</pre>
 */
public final class CommandJson {
  private static final long FORMAT = 1;

  private CommandJson() {}

  /** The key under which the command is sent. */
  public static byte[] key(Command command) {
    return CommandKey.of(command).toBytes();
  }

  /** The command with its sequence. */
  public static byte[] encode(Command command) {
    ObjectNode json = fields(command);
    json.put("sequence", command.sequence());
    return JsonFields.write(json);
  }

  /** The command without a sequence: the offset that it is given will be it. */
  public static byte[] encodeWithoutSequence(Command command) {
    return JsonFields.write(fields(command));
  }

  private static ObjectNode fields(Command command) {
    ObjectNode json = JsonFields.newObject();
    json.put("format", FORMAT);
    if (command instanceof Command.Publish publish) {
      json.put("command", "publish").put("model", publish.model());
      json.put("version", publish.version());
      json.put("uri", publish.uri().toString());
      if (publish.digest() != null) {
        json.put("digest", publish.digest());
      }
      json.put("activate", publish.activate());
      if (publish.effectiveFrom() != null) {
        json.put("effective-from", publish.effectiveFrom().toString());
      }
    } else if (command instanceof Command.Activate activate) {
      json.put("command", "activate").put("model", activate.model());
      json.put("version", activate.version());
    } else if (command instanceof Command.Rollback rollback) {
      json.put("command", "rollback").put("model", rollback.model());
      if (rollback.version() != null) {
        json.put("version", rollback.version());
      }
    } else if (command instanceof Command.Retire retire) {
      json.put("command", "retire").put("model", retire.model());
      json.put("version", retire.version());
    } else {
      throw new IllegalStateException("unknown command " + command);
    }
    return json;
  }

  /**
   * Reads a record of the control topic.
   *
   * @param key may be null; one that belongs to another command is refused, because compaction
   *     would let it drop that one
   * @param value null retires the version that the key names
   * @param offset the command's sequence, unless it names one
   * @throws ModelException MALFORMED_COMMAND; the message says which field and what it has to be
   */
  public static Command decode(byte @Nullable [] key, byte @Nullable [] value, long offset)
      throws ModelException {
    try {
      if (value == null) {
        return retired(key, offset);
      }
      Command command = command(JsonFields.parse(value), offset);
      if (key != null && !Arrays.equals(key, key(command))) {
        throw new IllegalArgumentException(
            "the key of this command has to be " + CommandKey.of(command));
      }
      return command;
    } catch (IllegalArgumentException e) {
      throw new ModelException(
          ModelReason.MALFORMED_COMMAND, "command at offset " + offset + ": " + e.getMessage());
    }
  }

  private static Command retired(byte @Nullable [] key, long offset) {
    CommandKey parsed = CommandKey.parse(key);
    if (parsed == null || parsed.version() == null) {
      throw new IllegalArgumentException(
          "a record without a value retires a version: expected a key <model>/<version>");
    }
    return new Command.Retire(parsed.model(), parsed.version(), offset);
  }

  private static Command command(JsonFields json, long offset) {
    long format = json.integer("format");
    if (format != FORMAT) {
      throw new IllegalArgumentException("format " + format + ": expected " + FORMAT);
    }
    String command = json.text("command");
    String model = json.text("model");
    long sequence = json.has("sequence") ? json.integer("sequence") : offset;
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence " + sequence + ": expected an integer >= 0");
    }
    return switch (command) {
      case "publish" ->
          new Command.Publish(
              model,
              json.integer("version"),
              uri(json),
              json.textOrNull("digest"),
              sequence,
              !json.has("activate") || json.bool("activate"),
              json.has("effective-from") ? json.instant("effective-from") : null);
      case "activate" -> new Command.Activate(model, json.integer("version"), sequence);
      case "rollback" ->
          new Command.Rollback(
              model, json.has("version") ? Long.valueOf(json.integer("version")) : null, sequence);
      case "retire" -> new Command.Retire(model, json.integer("version"), sequence);
      default -> throw json.wrong("command", "one of publish, activate, rollback, retire");
    };
  }

  private static URI uri(JsonFields json) {
    try {
      return new URI(json.text("uri"));
    } catch (URISyntaxException e) {
      // The text is left out: a location may have credentials in it.
      throw json.wrong("uri", "a location such as hdfs:///models/fraud/7");
    }
  }
}
