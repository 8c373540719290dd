package io.millrace.model;

import java.io.Serializable;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An order about the versions of a model, as the control topic carries it. Commands of one model
 * are totally ordered by their sequence: whatever the order of arrival, the highest sequence
 * decides.
 */
public sealed interface Command extends Serializable {

  /**
   * The sequence of the version that the job's configuration names, and those below of others
   * beside it: below every offset, so that the first command of a topic overrides it.
   */
  long CONFIGURED = -1;

  /** So long may a location be: commands are kept in state and sent to every subtask. */
  int MAX_URI_LENGTH = 4096;

  /** The model's name. */
  String model();

  /**
   * The order of the command among those of its model; the Kafka offset where the command names
   * none.
   */
  long sequence();

  /**
   * A version exists at a location.
   *
   * @param uri its directory, on any file system that Flink reads
   * @param digest what the files must hash to, or null where the job's integrity setting allows it
   * @param activate whether it is to score as soon as it is ready
   * @param effectiveFrom the event time from which the version is valid, or null
   */
  record Publish(
      String model,
      long version,
      URI uri,
      @Nullable String digest,
      long sequence,
      boolean activate,
      @Nullable Instant effectiveFrom)
      implements Command {
    public Publish {
      check(model, version, Math.max(sequence, 0));
      uri = withoutTrailingSlash(uri);
      if (uri.toString().length() > MAX_URI_LENGTH) {
        throw new IllegalArgumentException(
            "uri of " + uri.toString().length() + " characters: expected up to " + MAX_URI_LENGTH);
      }
      if (digest != null && !digest.matches("sha256:[0-9a-f]{64}")) {
        throw new IllegalArgumentException(
            "digest '" + digest + "': expected sha256: and 64 hexadecimal digits");
      }
    }

    /** Without what may be a credential in the location. */
    @Override
    public String toString() {
      return "Publish[model=%s, version=%d, uri=%s, digest=%s, sequence=%d, activate=%s, effectiveFrom=%s]"
          .formatted(
              model,
              version,
              ShownLocation.of(uri.toString()),
              digest,
              sequence,
              activate,
              effectiveFrom);
    }

    /** The same order for these very bytes. */
    public Publish withDigest(@Nullable String known) {
      return new Publish(model, version, uri, known, sequence, activate, effectiveFrom);
    }
  }

  /** A published version is to score. */
  record Activate(String model, long version, long sequence) implements Command {
    public Activate {
      check(model, version, sequence);
    }
  }

  /**
   * An earlier version is to score again.
   *
   * @param version which, or null for the one that was active before the present one
   */
  record Rollback(String model, @Nullable Long version, long sequence) implements Command {
    public Rollback {
      check(model, version == null ? 0 : version, sequence);
    }
  }

  /** A version is to be let go of; refused for the one that scores. */
  record Retire(String model, long version, long sequence) implements Command {
    public Retire {
      check(model, version, sequence);
    }
  }

  // A folder is the same with and without it, and versions are compared by location.
  private static URI withoutTrailingSlash(URI uri) {
    String text = uri.toString();
    String path = uri.getPath();
    return path != null && path.length() > 1 && text.endsWith("/")
        ? URI.create(text.substring(0, text.length() - 1))
        : uri;
  }

  private static void check(String model, long version, long sequence) {
    if (!model.matches("[A-Za-z0-9._-]{1,200}")) {
      throw new IllegalArgumentException(
          "model name '" + model + "': expected 1 to 200 letters, digits, '.', '_' or '-'");
    }
    if (version < 0) {
      throw new IllegalArgumentException("version " + version + ": expected an integer >= 0");
    }
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence " + sequence + ": expected an integer >= 0");
    }
  }
}
