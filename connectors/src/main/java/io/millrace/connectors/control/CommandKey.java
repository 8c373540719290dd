package io.millrace.connectors.control;

import io.millrace.model.Command;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key of the control topic: {@code <model>/<version>} for publish and retire, {@code <model>} for
 * activate and rollback. The topic may be compacted, so the key decides which command makes an
 * earlier one superfluous.
 *
 * @param version null where the key names the model alone
 */
record CommandKey(String model, @Nullable Long version) {
  // Eighteen digits are the most that always fit a long.
  private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._-]{1,200})(?:/(\\d{1,18}))?");

  static CommandKey of(Command command) {
    if (command instanceof Command.Publish publish) {
      return new CommandKey(publish.model(), publish.version());
    }
    if (command instanceof Command.Retire retire) {
      return new CommandKey(retire.model(), retire.version());
    }
    return new CommandKey(command.model(), null);
  }

  /** The key, or null if it has neither of the two forms. */
  static @Nullable CommandKey parse(byte @Nullable [] key) {
    if (key == null) {
      return null;
    }
    Matcher matcher = FORM.matcher(new String(key, StandardCharsets.UTF_8));
    if (!matcher.matches()) {
      return null;
    }
    String version = matcher.group(2);
    return new CommandKey(matcher.group(1), version == null ? null : Long.valueOf(version));
  }

  byte[] toBytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return version == null ? model : model + "/" + version;
  }
}
