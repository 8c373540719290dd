package io.millrace.jobs;

import io.millrace.flink.ModelLocation;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.fs.Path;

/** The files and folders that a configuration names, as Flink has them; no I/O. */
final class RecordPaths {
  private RecordPaths() {}

  /**
   * Those of a list, of which each file is read once.
   *
   * @throws ConfigurationException if it is empty, one is no location, or one is in another
   */
  static List<Path> inputs(ReadableConfig config, ConfigOption<List<String>> option)
      throws ConfigurationException {
    List<Path> inputs = new ArrayList<>();
    for (String text : config.getOptional(option).orElse(List.of())) {
      Path input = of(option, text);
      for (Path other : inputs) {
        if (areNested(input, other)) {
          throw new ConfigurationException(
              "%s has %s and %s, of which one is in the other: expected each file once"
                  .formatted(option.key(), other, input));
        }
      }
      inputs.add(input);
    }
    if (inputs.isEmpty()) {
      throw new ConfigurationException(option.key() + " is empty: expected at least one path");
    }
    return inputs;
  }

  /**
   * @throws ConfigurationException if the text is no location, naming the option
   */
  static Path of(ConfigOption<?> option, String text) throws ConfigurationException {
    try {
      URI uri = ModelLocation.parse(text);
      // Of its parts, the path has no slash at its end.
      return new Path(uri.getScheme(), uri.getAuthority(), uri.getPath());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(option.key() + ": " + e.getMessage(), e);
    }
  }

  /** Whether one is the other, or below it. */
  static boolean areNested(Path one, Path other) {
    return isWithin(one, other) || isWithin(other, one);
  }

  private static boolean isWithin(Path path, Path folder) {
    String inner = path.getPath();
    String outer = folder.getPath();
    return isOfOneSystem(path.toUri(), folder.toUri())
        && (inner.equals(outer) || inner.startsWith(outer.endsWith("/") ? outer : outer + "/"));
  }

  // Without a scheme it is a local file; without an authority, the cluster's own says which.
  private static boolean isOfOneSystem(URI one, URI other) {
    String oneScheme = one.getScheme() == null ? "file" : one.getScheme();
    String otherScheme = other.getScheme() == null ? "file" : other.getScheme();
    return oneScheme.equals(otherScheme)
        && (one.getAuthority() == null
            || other.getAuthority() == null
            || one.getAuthority().equals(other.getAuthority()));
  }
}
