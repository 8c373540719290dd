package io.millrace.jobs.cli;

import io.millrace.flink.ModelLocation;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.PluginUtils;

/** Locations on the command line, and Flink's file systems behind them. */
final class Locations {
  private static final String HOME = "millrace.home";

  private Locations() {}

  /**
   * A location as a job would read it. Remote ones bring Flink's file systems up.
   *
   * @throws CommandException for a text that is neither a path nor a URI
   */
  static URI parse(String text) throws CommandException {
    URI uri;
    try {
      uri = ModelLocation.parse(text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()), e);
    }
    // Local paths work without, and the S3 plug-in alone costs half a second.
    if (!"file".equals(uri.getScheme())) {
      initializeFileSystems(flinkConfiguration());
    }
    return uri;
  }

  /**
   * Flink's own configuration: of {@code FLINK_CONF_DIR}, else of the distribution's conf/, if
   * there is one. What conf/flink says is a cluster's.
   *
   * @throws CommandException if the folder that is named has none
   */
  static Configuration flinkConfiguration() throws CommandException {
    String folder = System.getenv().getOrDefault("FLINK_CONF_DIR", "");
    Path conf = folder.isEmpty() ? Path.of(System.getProperty(HOME, "."), "conf") : Path.of(folder);
    if (Files.exists(conf.resolve(GlobalConfiguration.FLINK_CONF_FILENAME))) {
      return GlobalConfiguration.loadConfiguration(conf.toString());
    }
    if (!folder.isEmpty()) {
      throw CommandException.usage(
          "no " + GlobalConfiguration.FLINK_CONF_FILENAME + " in " + conf + " (FLINK_CONF_DIR)",
          null);
    }
    return new Configuration();
  }

  /** Lets Flink read what its plug-ins read; a Flink inside this JVM does not do so by itself. */
  static void initializeFileSystems(Configuration flink) {
    FileSystem.initialize(flink, PluginUtils.createPluginManagerFromRootFolder(flink));
  }
}
