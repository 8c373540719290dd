package io.millrace.connectors.files;

import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.flink.core.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the files of the output are called: as the file that they come of, with the number of the
 * split, so that the same input gives the same names whoever reads which split when.
 */
final class OutputNames implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Begins with an underscore: whoever reads the folder as data passes it over, as Flink does. */
  static final String DEAD_LETTERS = "_dead-letters/";

  private final ArrayList<URI> roots = new ArrayList<>();
  private final boolean severalSystems;
  private final String suffix;

  /**
   * @param suffix of the predictions' names
   */
  OutputNames(List<Path> inputs, String suffix) {
    this.suffix = suffix;
    inputs.forEach(input -> roots.add(input.toUri()));
    severalSystems = inputs.stream().map(input -> system(input.toUri())).distinct().count() > 1;
  }

  /**
   * The name of the split's predictions, below the output's folder.
   *
   * @param partition they belong to, empty for none
   * @param number of the file among those of the split and the partition
   */
  String predictions(String path, int split, String partition, int number) {
    String name = name(path, split) + (number == 0 ? "" : "-" + number) + suffix;
    return partition.isEmpty() ? name : partition + "/" + name;
  }

  /** The name of the split's dead letters. */
  String deadLetters(String path, int split) {
    return DEAD_LETTERS + name(path, split) + LineWriter.SUFFIX;
  }

  private String name(String path, int split) {
    return relative(new Path(path).toUri()) + "." + split;
  }

  private String relative(URI path) {
    List<URI> found = roots.stream().filter(root -> below(path, root) != null).toList();
    if (found.size() > 1) {
      // One path on several systems; a listing may call a system otherwise than the input does.
      found = found.stream().filter(root -> system(root).equals(system(path))).toList();
    }
    if (found.size() != 1) {
      throw new IllegalArgumentException(path + " is below " + found.size() + " of " + roots);
    }
    URI root = found.get(0);
    String name = Objects.requireNonNull(below(path, root), "filtered");
    if (roots.size() == 1) {
      return name;
    }
    // Files of one name below two inputs must not share one below the output.
    String unique = root.getPath() + "/" + name;
    return severalSystems ? system(root) + unique : unique;
  }

  private static @Nullable String below(URI path, URI root) {
    String file = path.getPath();
    if (file.equals(root.getPath())) {
      return file.substring(file.lastIndexOf('/') + 1);
    }
    String folder = root.getPath().endsWith("/") ? root.getPath() : root.getPath() + "/";
    return file.startsWith(folder) ? file.substring(folder.length()) : null;
  }

  // No name of a host or a bucket has an underscore, and no file's name a colon.
  private static String system(URI uri) {
    String scheme = uri.getScheme() == null ? "file" : uri.getScheme();
    String authority = uri.getAuthority();
    return authority == null ? scheme : scheme + "/" + authority.replace(':', '_');
  }
}
